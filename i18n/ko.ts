<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko_KR" sourcelanguage="en_US">
<context>
    <name>Answer</name>
    <message>
        <source>(Shortened here; copy shows all.)</source>
        <translation>(여기서는 줄여서 보여요. 복사하면 전체를 볼 수 있어요.)</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>답변</translation>
    </message>
    <message>
        <source>Continue writing</source>
        <translation>이어서 생성</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Write again</source>
        <translation>다시 생성</translation>
    </message>
</context>
<context>
    <name>AnswerKeeper</name>
    <message>
        <source>The answer is kept in memory and is stored as soon as that is possible.</source>
        <translation>답변은 메모리에 있고, 저장할 수 있게 되면 바로 저장해요.</translation>
    </message>
</context>
<context>
    <name>AnswerTexts</name>
    <message>
        <source>Loading the model</source>
        <translation>모델을 불러오는 중</translation>
    </message>
    <message>
        <source>Reading the question</source>
        <translation>질문을 읽는 중</translation>
    </message>
    <message>
        <source>Stopping</source>
        <translation>멈추는 중</translation>
    </message>
    <message>
        <source>Waiting for its turn</source>
        <translation>차례를 기다리는 중</translation>
    </message>
    <message>
        <source>answered to the end</source>
        <translation>끝까지 답함</translation>
    </message>
    <message>
        <source>cut off at the length limit</source>
        <translation>길이 제한에서 끊김</translation>
    </message>
    <message>
        <source>ended by an error</source>
        <translation>오류로 끝남</translation>
    </message>
    <message>
        <source>first token {seconds} s</source>
        <translation>첫 글자 {seconds}초</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>중단됨</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>멈춤</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count}토큰</translation>
    </message>
    <message>
        <source>{seconds} s left</source>
        <translation>{seconds}초 남음</translation>
    </message>
    <message>
        <source>{speed} tokens/s</source>
        <translation>초당 {speed}토큰</translation>
    </message>
</context>
<context>
    <name>ChatSession</name>
    <message>
        <source>KoChat is closing.</source>
        <translation>KoChat을 닫는 중이에요.</translation>
    </message>
    <message>
        <source>Send it again.</source>
        <translation>메시지를 다시 보내 주세요.</translation>
    </message>
    <message>
        <source>Some characters of the message are not valid text and were sent as �.</source>
        <translation>올바르지 않은 글자가 있어서 �로 바꿔 보냈어요.</translation>
    </message>
    <message>
        <source>Something went wrong inside KoChat.</source>
        <translation>KoChat 안에서 문제가 생겼어요.</translation>
    </message>
    <message>
        <source>That cannot be done with this message.</source>
        <translation>이 메시지에는 할 수 없는 일이에요.</translation>
    </message>
    <message>
        <source>The engine does not know these parameters: {names}.</source>
        <translation>엔진이 지원하지 않아 적용하지 못한 값이 있어요: {names}.</translation>
    </message>
    <message>
        <source>The message is empty.</source>
        <translation>메시지가 비어 있어요.</translation>
    </message>
    <message>
        <source>The message of this answer is missing.</source>
        <translation>이 답변에 해당하는 메시지가 없어요.</translation>
    </message>
    <message>
        <source>The text so far is stored.</source>
        <translation>지금까지 쓴 내용은 저장했어요.</translation>
    </message>
    <message>
        <source>This answer is complete already.</source>
        <translation>이미 끝까지 쓴 답변이에요.</translation>
    </message>
    <message>
        <source>This conversation is being answered.</source>
        <translation>이 대화에서 답변을 쓰는 중이에요.</translation>
    </message>
    <message>
        <source>Try again. If it happens again, the log file says why.</source>
        <translation>다시 시도해 주세요. 또 생기면 로그 파일에서 이유를 볼 수 있어요.</translation>
    </message>
    <message>
        <source>Wait for the answer, or stop it first.</source>
        <translation>답변을 기다리거나 먼저 멈춰 주세요.</translation>
    </message>
    <message>
        <source>{count} of the oldest messages do not fit the context length and were left out of this answer. They stay in the conversation.</source>
        <translation>컨텍스트 길이를 넘어서 가장 오래된 메시지 {count}개는 이번 답변에서 빠졌어요. 대화에는 그대로 남아 있어요.</translation>
    </message>
</context>
<context>
    <name>ChatTemplate</name>
    <message>
        <source>ChatML (Qwen and many others)</source>
        <translation>ChatML (Qwen 등)</translation>
    </message>
    <message>
        <source>Continue the text (no chat format)</source>
        <translation>글 이어 쓰기 (대화 형식 없음)</translation>
    </message>
    <message>
        <source>Did you mean {names}?</source>
        <translation>혹시 이것인가요: {names}</translation>
    </message>
    <message>
        <source>EXAONE</source>
        <translation>EXAONE</translation>
    </message>
    <message>
        <source>Gemma</source>
        <translation>Gemma</translation>
    </message>
    <message>
        <source>KULLM v2 (Korean instruction)</source>
        <translation>KULLM v2 (한국어 명령어)</translation>
    </message>
    <message>
        <source>Llama 2 Chat</source>
        <translation>Llama 2 Chat</translation>
    </message>
    <message>
        <source>Llama 3</source>
        <translation>Llama 3</translation>
    </message>
    <message>
        <source>Question and answer (Q: A:)</source>
        <translation>질문과 답 (Q: A:)</translation>
    </message>
    <message>
        <source>The model&apos;s own</source>
        <translation>모델에 들어 있는 형식</translation>
    </message>
    <message>
        <source>There is no chat template called {name}.</source>
        <translation>‘{name}’ 대화 형식은 없어요.</translation>
    </message>
    <message>
        <source>komt (instruction and response)</source>
        <translation>komt (지시와 응답)</translation>
    </message>
</context>
<context>
    <name>ChatTemplates</name>
    <message>
        <source>only the last question is sent</source>
        <translation>마지막 질문만 전달</translation>
    </message>
    <message>
        <source>only the last {count} questions are sent</source>
        <translation>마지막 질문 {count}개만 전달</translation>
    </message>
</context>
<context>
    <name>ChatView</name>
    <message>
        <source>Show earlier messages</source>
        <translation>이전 메시지 더 보기</translation>
    </message>
    <message>
        <source>To the newest message</source>
        <translation>맨 아래로</translation>
    </message>
</context>
<context>
    <name>Cli</name>
    <message>
        <source>(run from its source, not installed)</source>
        <translation>(설치하지 않고 소스에서 실행 중)</translation>
    </message>
    <message>
        <source>See kochat --help.</source>
        <translation>kochat --help를 보세요.</translation>
    </message>
    <message>
        <source>Something could not be read or written: {reason}</source>
        <translation>읽거나 쓰지 못한 것이 있어요: {reason}</translation>
    </message>
    <message>
        <source>Start it in a desktop session, over ssh -X, or on a virtual display: xvfb-run -a kochat. Commands such as kochat ask need no display.</source>
        <translation>데스크톱에서 실행하거나, ssh -X로 접속하거나, 가상 화면에서 여세요: xvfb-run -a kochat. kochat ask 같은 명령은 화면 없이도 쓸 수 있어요.</translation>
    </message>
    <message>
        <source>There is no argument {argument}.</source>
        <translation>{argument:은/는} 없는 인수예요.</translation>
    </message>
    <message>
        <source>There is no display to open the window on.</source>
        <translation>창을 열 화면이 없어요.</translation>
    </message>
    <message>
        <source>There is no model on this computer.</source>
        <translation>이 컴퓨터에 모델이 없어요.</translation>
    </message>
    <message>
        <source>There is no such command.</source>
        <translation>그런 명령은 없어요.</translation>
    </message>
    <message>
        <source>{argument} is missing.</source>
        <translation>{argument:이/가} 빠졌어요.</translation>
    </message>
    <message>
        <source>{option} needs a number, not “{value}”.</source>
        <translation>{option}에는 숫자가 필요해요. {value:은/는} 숫자가 아니에요.</translation>
    </message>
    <message>
        <source>{option} was given the wrong number of values.</source>
        <translation>{option}에 준 값의 개수가 맞지 않아요.</translation>
    </message>
</context>
<context>
    <name>CliAsk</name>
    <message>
        <source>Getting the model ready: {percent}%</source>
        <translation>모델 준비 중: {percent}%</translation>
    </message>
    <message>
        <source>The engine cannot do this, so it is left out: {names}</source>
        <translation>엔진이 지원하지 않아 빼고 생성해요: {names}</translation>
    </message>
    <message>
        <source>There is nothing to ask.</source>
        <translation>보낼 글이 비어 있어요.</translation>
    </message>
    <message>
        <source>kochat ask --help tells the ranges.</source>
        <translation>범위는 kochat ask --help에 있어요.</translation>
    </message>
    <message>
        <source>{count} messages did not fit and were left out.</source>
        <translation>메시지 {count}개가 들어가지 않아 빠졌어요.</translation>
    </message>
    <message>
        <source>{option} is outside its range.</source>
        <translation>{option}의 값이 범위를 벗어났어요.</translation>
    </message>
</context>
<context>
    <name>CliHelp</name>
    <message>
        <source>0 to 2; 0 always takes the likeliest</source>
        <translation>0~2. 0이면 늘 가장 그럴듯한 것을 골라요</translation>
    </message>
    <message>
        <source>Ask one question. Question and answer are not kept in the history.</source>
        <translation>한 번 물어요. 질문과 답변은 대화 기록에 남지 않아요.</translation>
    </message>
    <message>
        <source>Chat with Korean language models on this computer. Without a command, the window opens.</source>
        <translation>이 컴퓨터에서 한국어 언어 모델과 대화해요. 명령 없이 실행하면 창이 열려요.</translation>
    </message>
    <message>
        <source>a name from the list, a GGUF file or a safetensors folder</source>
        <translation>목록에 있는 이름, GGUF 파일, safetensors 폴더 가운데 하나</translation>
    </message>
    <message>
        <source>arguments</source>
        <translation>인수</translation>
    </message>
    <message>
        <source>ask one question; the answer goes to the standard output</source>
        <translation>한 번 묻고 답변을 표준 출력으로 받아요</translation>
    </message>
    <message>
        <source>chat template</source>
        <translation>채팅 템플릿</translation>
    </message>
    <message>
        <source>choose among K tokens; 0 is off</source>
        <translation>후보 토큰 K개 가운데 골라요. 0이면 꺼요</translation>
    </message>
    <message>
        <source>choose within this probability; 1 is off</source>
        <translation>이 확률 안에서 골라요. 1이면 꺼요</translation>
    </message>
    <message>
        <source>commands</source>
        <translation>명령</translation>
    </message>
    <message>
        <source>engine to run models with; chosen by itself when not given</source>
        <translation>모델을 돌릴 엔진. 없으면 알아서 골라요</translation>
    </message>
    <message>
        <source>engine to run the model with</source>
        <translation>모델을 돌릴 엔진</translation>
    </message>
    <message>
        <source>keep all data, settings and caches in this folder (or KOCHAT_PROFILE)</source>
        <translation>데이터, 설정, 캐시를 모두 이 폴더에 둬요 (KOCHAT_PROFILE도 같아요)</translation>
    </message>
    <message>
        <source>kept conversations</source>
        <translation>저장된 대화</translation>
    </message>
    <message>
        <source>list all models</source>
        <translation>모든 모델을 보여 줘요</translation>
    </message>
    <message>
        <source>list, newest first</source>
        <translation>새 대화부터 보여 줘요</translation>
    </message>
    <message>
        <source>longest answer, in tokens</source>
        <translation>답변의 최대 길이 (토큰)</translation>
    </message>
    <message>
        <source>models on this computer</source>
        <translation>이 컴퓨터에 있는 모델</translation>
    </message>
    <message>
        <source>name or path</source>
        <translation>이름 또는 경로</translation>
    </message>
    <message>
        <source>number from the list</source>
        <translation>목록에 있는 번호</translation>
    </message>
    <message>
        <source>options</source>
        <translation>옵션</translation>
    </message>
    <message>
        <source>print JSON for programs</source>
        <translation>프로그램이 읽을 JSON으로 내보내요</translation>
    </message>
    <message>
        <source>quantization level, such as q4_0</source>
        <translation>양자화 단계 (예: q4_0)</translation>
    </message>
    <message>
        <source>show one conversation</source>
        <translation>대화 하나를 보여 줘요</translation>
    </message>
    <message>
        <source>show one model and its levels</source>
        <translation>모델 하나와 양자화 단계를 보여 줘요</translation>
    </message>
    <message>
        <source>show the version and leave</source>
        <translation>버전을 보여 줘요</translation>
    </message>
    <message>
        <source>show this help and leave</source>
        <translation>이 도움말을 보여 줘요</translation>
    </message>
    <message>
        <source>show what is installed, what is missing and how to get it</source>
        <translation>무엇이 있고 무엇이 없는지, 어떻게 구하는지 알려 줘요</translation>
    </message>
    <message>
        <source>system prompt</source>
        <translation>시스템 프롬프트</translation>
    </message>
    <message>
        <source>the question; - reads the standard input</source>
        <translation>보낼 글. -이면 표준 입력에서 읽어요</translation>
    </message>
    <message>
        <source>the same seed gives the same answer</source>
        <translation>시드가 같으면 답변도 같아요</translation>
    </message>
    <message>
        <source>usage: </source>
        <translation>사용법: </translation>
    </message>
</context>
<context>
    <name>CliHistory</name>
    <message>
        <source>(untitled)</source>
        <translation>(제목 없음)</translation>
    </message>
    <message>
        <source>There is no conversation {number}.</source>
        <translation>{number}번 대화는 없어요.</translation>
    </message>
    <message>
        <source>answer</source>
        <translation>답변</translation>
    </message>
    <message>
        <source>kochat history list shows them all.</source>
        <translation>kochat history list로 모두 볼 수 있어요.</translation>
    </message>
    <message>
        <source>system</source>
        <translation>시스템</translation>
    </message>
    <message>
        <source>you</source>
        <translation>나</translation>
    </message>
</context>
<context>
    <name>CliModels</name>
    <message>
        <source>Architecture</source>
        <translation>구조</translation>
    </message>
    <message>
        <source>Chat template</source>
        <translation>채팅 템플릿</translation>
    </message>
    <message>
        <source>Context length</source>
        <translation>컨텍스트 길이</translation>
    </message>
    <message>
        <source>File</source>
        <translation>파일</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>라이선스</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>매개변수</translation>
    </message>
    <message>
        <source>fits</source>
        <translation>넉넉해요</translation>
    </message>
    <message>
        <source>just fits</source>
        <translation>빠듯해요</translation>
    </message>
    <message>
        <source>made when it is chosen</source>
        <translation>고르면 만들어요</translation>
    </message>
    <message>
        <source>too large for the memory</source>
        <translation>메모리에 안 들어가요</translation>
    </message>
    <message>
        <source>{size} of memory</source>
        <translation>메모리 {size}</translation>
    </message>
</context>
<context>
    <name>CodeCard</name>
    <message>
        <source>Copied</source>
        <translation>복사했어요</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>code</source>
        <translation>코드</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Click to take it out</source>
        <translation>누르면 빼요</translation>
    </message>
    <message>
        <source>Enter sends, Shift+Enter makes a new line</source>
        <translation>Enter로 보내고 Shift+Enter로 줄을 바꿔요</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>메시지</translation>
    </message>
    <message>
        <source>Pasted text · {count} characters</source>
        <translation>붙여넣은 글 · {count}자</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>보내기</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>멈춤</translation>
    </message>
    <message>
        <source>System prompt and sampling parameters</source>
        <translation>시스템 프롬프트와 생성 설정</translation>
    </message>
    <message>
        <source>Write a message</source>
        <translation>메시지를 입력하세요</translation>
    </message>
    <message>
        <source>own parameters</source>
        <translation>이 대화만의 설정</translation>
    </message>
</context>
<context>
    <name>ContextWindow</name>
    <message>
        <source>Shorten the message or the system prompt, or raise the context length.</source>
        <translation>메시지나 시스템 프롬프트를 줄이거나 컨텍스트 길이를 늘려 주세요.</translation>
    </message>
    <message>
        <source>The message is too long for the model: {prompt} tokens, but the context length is {window}.</source>
        <translation>메시지가 모델에 비해 너무 길어요. {prompt}토큰인데 컨텍스트 길이는 {window}토큰이에요.</translation>
    </message>
</context>
<context>
    <name>CrashReports</name>
    <message>
        <source>KoChat ended unexpectedly last time. Conversations are safe. A report without your texts is in {path}.</source>
        <translation>지난번에 KoChat이 갑자기 꺼졌어요. 대화는 안전해요. 대화 내용을 뺀 보고서가 {path}에 있어요.</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>폴더 열기</translation>
    </message>
    <message>
        <source>Something went wrong inside KoChat. What was stored is safe. A report without your texts is in {folder}.</source>
        <translation>KoChat 안에서 문제가 생겼어요. 저장한 내용은 안전해요. 대화 내용을 뺀 보고서가 {folder}에 있어요.</translation>
    </message>
</context>
<context>
    <name>Doctor</name>
    <message>
        <source>(cannot be written)</source>
        <translation>(쓸 수 없음)</translation>
    </message>
    <message>
        <source>(not made yet)</source>
        <translation>(아직 없음)</translation>
    </message>
    <message>
        <source>Bundled</source>
        <translation>함께 든 글꼴</translation>
    </message>
    <message>
        <source>Cache</source>
        <translation>캐시</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>대화</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>연산 장치</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>디스크</translation>
    </message>
    <message>
        <source>Display</source>
        <translation>화면</translation>
    </message>
    <message>
        <source>Display and input method</source>
        <translation>화면과 입력기</translation>
    </message>
    <message>
        <source>Engines</source>
        <translation>엔진</translation>
    </message>
    <message>
        <source>Fonts</source>
        <translation>글꼴</translation>
    </message>
    <message>
        <source>Installed Korean fonts</source>
        <translation>설치된 한글 글꼴</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>로그</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>메모리</translation>
    </message>
    <message>
        <source>Missing</source>
        <translation>빠진 것</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>No input method is set, so Korean cannot be typed: install ibus-hangul and set QT_IM_MODULE=ibus.</source>
        <translation>입력기가 설정되지 않아 한글을 입력할 수 없어요. ibus-hangul을 설치하고 QT_IM_MODULE=ibus로 설정하세요.</translation>
    </message>
    <message>
        <source>Nothing is missing.</source>
        <translation>빠진 것이 없어요.</translation>
    </message>
    <message>
        <source>Paths</source>
        <translation>경로</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>설정</translation>
    </message>
    <message>
        <source>System</source>
        <translation>운영체제</translation>
    </message>
    <message>
        <source>The bundled Korean font is missing: install KoChat again.</source>
        <translation>함께 든 한글 글꼴이 없어요. KoChat을 다시 설치하세요.</translation>
    </message>
    <message>
        <source>The disk is nearly full: free at least 1 GB for models.</source>
        <translation>디스크가 거의 찼어요. 모델을 두려면 1GB 이상 비워 주세요.</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>버전</translation>
    </message>
    <message>
        <source>could not be looked at</source>
        <translation>확인하지 못했어요</translation>
    </message>
    <message>
        <source>none found; models run on the CPU</source>
        <translation>없어요. 모델은 CPU에서 돌아가요</translation>
    </message>
    <message>
        <source>none; the bundled one is used</source>
        <translation>없어요. 함께 든 글꼴을 써요</translation>
    </message>
    <message>
        <source>none; the window cannot open, commands work</source>
        <translation>없어요. 창은 열 수 없지만 명령은 쓸 수 있어요</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>찾지 못했어요</translation>
    </message>
    <message>
        <source>not installed</source>
        <translation>설치되지 않았어요</translation>
    </message>
    <message>
        <source>not installed (only for the GPU: pip install &apos;kochat[gpu]&apos;)</source>
        <translation>설치되지 않았어요 (GPU를 쓸 때만 필요해요: pip install &apos;kochat[gpu]&apos;)</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>쓸 수 있어요</translation>
    </message>
    <message>
        <source>{available} GB free of {total} GB</source>
        <translation>{total}GB 가운데 {available}GB 비어 있음</translation>
    </message>
    <message>
        <source>{model}, {cores} cores ({threads} threads)</source>
        <translation>{model}, 코어 {cores}개 (스레드 {threads}개)</translation>
    </message>
    <message>
        <source>{name} is missing: pip install {name}</source>
        <translation>{name:이/가} 없어요. pip install {name}으로 설치하세요.</translation>
    </message>
    <message>
        <source>{path} is not writable: change its permissions or use --profile.</source>
        <translation>{path}에 쓸 수 없어요. 권한을 바꾸거나 --profile로 다른 폴더를 쓰세요.</translation>
    </message>
</context>
<context>
    <name>EmptyState</name>
    <message>
        <source>Get a smarter model</source>
        <translation>더 똑똑한 모델 받기</translation>
    </message>
    <message>
        <source>Hello, how are you?</source>
        <translation>안녕, 잘 지냈어?</translation>
    </message>
    <message>
        <source>I am hungry</source>
        <translation>배고파</translation>
    </message>
    <message>
        <source>I am so tired today</source>
        <translation>오늘 너무 힘들어</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>모델 열기</translation>
    </message>
    <message>
        <source>The built-in model is a small one for trying out. It knows short everyday talk only. Open a larger Korean model for real answers.</source>
        <translation>지금 모델은 체험용 소형 모델이라 짧은 일상 대화만 할 수 있어요. 제대로 된 답변을 받으려면 더 큰 한국어 모델을 열어 보세요.</translation>
    </message>
    <message>
        <source>What is your name?</source>
        <translation>이름이 뭐야?</translation>
    </message>
    <message>
        <source>What would you like to talk about?</source>
        <translation>무슨 이야기를 나눠 볼까요?</translation>
    </message>
</context>
<context>
    <name>EngineChild</name>
    <message>
        <source>Close other programs, or choose a smaller model, quantization or context length.</source>
        <translation>다른 프로그램을 닫거나, 더 작은 모델·양자화·컨텍스트 길이를 골라 주세요.</translation>
    </message>
    <message>
        <source>There was not enough memory for this.</source>
        <translation>메모리가 모자라요.</translation>
    </message>
    <message>
        <source>Your conversations are safe.</source>
        <translation>대화는 그대로 있어요.</translation>
    </message>
</context>
<context>
    <name>EngineHost</name>
    <message>
        <source>A fault in the engine&apos;s library ended it ({cause}).</source>
        <translation>라이브러리에 문제가 생겨 엔진이 멈췄어요({cause}).</translation>
    </message>
    <message>
        <source>An error in the program stopped the engine ({cause}).</source>
        <translation>프로그램 오류로 엔진이 멈췄어요({cause}).</translation>
    </message>
    <message>
        <source>Choose a model first.</source>
        <translation>먼저 모델을 골라 주세요.</translation>
    </message>
    <message>
        <source>Choose another model or another engine.</source>
        <translation>다른 모델이나 다른 엔진을 골라 주세요.</translation>
    </message>
    <message>
        <source>Close other programs, or choose a lighter quantization or a shorter context length.</source>
        <translation>다른 프로그램을 닫거나, 더 가벼운 양자화나 더 짧은 컨텍스트 길이를 골라 주세요.</translation>
    </message>
    <message>
        <source>Loading the model got stuck for {seconds} seconds and was ended.</source>
        <translation>모델을 불러오다가 {seconds}초 동안 나아가지 않아서 끝냈어요.</translation>
    </message>
    <message>
        <source>No engine here can run a model of the kind {format}.</source>
        <translation>{format} 형식의 모델을 쓸 수 있는 엔진이 없어요.</translation>
    </message>
    <message>
        <source>No model is loaded.</source>
        <translation>불러온 모델이 없어요.</translation>
    </message>
    <message>
        <source>Reading the message got stuck for {seconds} seconds and was ended.</source>
        <translation>메시지를 읽다가 {seconds}초 동안 나아가지 않아서 끝냈어요.</translation>
    </message>
    <message>
        <source>Shorten the message.</source>
        <translation>메시지를 줄여 주세요.</translation>
    </message>
    <message>
        <source>The answer got stuck for {seconds} seconds and was ended.</source>
        <translation>답변이 {seconds}초 동안 이어지지 않아서 끝냈어요.</translation>
    </message>
    <message>
        <source>The answer so far is kept.</source>
        <translation>여기까지 쓴 답변은 남아 있어요.</translation>
    </message>
    <message>
        <source>The engine could not be started ({cause}).</source>
        <translation>엔진을 시작하지 못했어요({cause}).</translation>
    </message>
    <message>
        <source>The engine ended unexpectedly ({cause}).</source>
        <translation>엔진이 갑자기 끝났어요({cause}).</translation>
    </message>
    <message>
        <source>The engine has not answered for {seconds} seconds and was ended.</source>
        <translation>엔진이 {seconds}초 동안 응답하지 않아서 끝냈어요.</translation>
    </message>
    <message>
        <source>The engine sent data that makes no sense and was ended.</source>
        <translation>엔진이 알 수 없는 데이터를 보내서 끝냈어요.</translation>
    </message>
    <message>
        <source>The engine&apos;s library met a state it cannot handle and ended itself ({cause}).</source>
        <translation>라이브러리가 처리할 수 없는 상태를 만나 엔진이 멈췄어요({cause}).</translation>
    </message>
    <message>
        <source>The engine&apos;s library needs a newer processor than this one ({cause}).</source>
        <translation>이 컴퓨터의 프로세서에서는 엔진의 라이브러리가 돌아가지 않아요({cause}).</translation>
    </message>
    <message>
        <source>The system ended the engine, probably because memory ran out.</source>
        <translation>메모리가 모자라서 운영체제가 엔진을 끝낸 것 같아요.</translation>
    </message>
    <message>
        <source>This is far more text than any model can read.</source>
        <translation>어떤 모델도 읽을 수 없을 만큼 긴 글이에요.</translation>
    </message>
    <message>
        <source>Try again; the model is loaded anew. If it keeps happening, choose another model.</source>
        <translation>다시 시도하면 모델을 새로 불러와요. 계속되면 다른 모델을 골라 주세요.</translation>
    </message>
    <message>
        <source>Your conversations are safe.</source>
        <translation>대화는 그대로 있어요.</translation>
    </message>
    <message>
        <source>Your text is still there.</source>
        <translation>쓴 글은 그대로 있어요.</translation>
    </message>
</context>
<context>
    <name>EngineRegistry</name>
    <message>
        <source>Choose one of: {names}</source>
        <translation>다음 가운데 골라 주세요: {names}</translation>
    </message>
    <message>
        <source>Did you mean {suggestion}?</source>
        <translation>혹시 {suggestion:을/를} 찾으셨나요?</translation>
    </message>
    <message>
        <source>Install it, or choose a model that another engine can run.</source>
        <translation>설치하거나, 다른 엔진으로 쓸 수 있는 모델을 골라 주세요.</translation>
    </message>
    <message>
        <source>Its library cannot be loaded.</source>
        <translation>라이브러리를 불러올 수 없어요.</translation>
    </message>
    <message>
        <source>The engine {name} cannot be used. {reason}</source>
        <translation>{name} 엔진을 쓸 수 없어요. {reason}</translation>
    </message>
    <message>
        <source>There is no engine named {name}.</source>
        <translation>‘{name}’ 엔진은 없어요.</translation>
    </message>
    <message>
        <source>Your conversations are safe.</source>
        <translation>대화는 그대로 있어요.</translation>
    </message>
    <message>
        <source>llama-cpp-python is not installed.</source>
        <translation>llama-cpp-python이 설치되어 있지 않아요.</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>All files (*)</source>
        <translation>모든 파일 (*)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Choose a model (Ctrl+M)</source>
        <translation>모델 고르기 (Ctrl+M)</translation>
    </message>
    <message>
        <source>Choose a quantization level (Ctrl+L)</source>
        <translation>양자화 수준 고르기 (Ctrl+L)</translation>
    </message>
    <message>
        <source>Context used</source>
        <translation>컨텍스트 사용량</translation>
    </message>
    <message>
        <source>Context {used} / {window}</source>
        <translation>컨텍스트 {used} / {window}</translation>
    </message>
    <message>
        <source>Conversation list (Ctrl+B)</source>
        <translation>대화 목록 (Ctrl+B)</translation>
    </message>
    <message>
        <source>Fewer bits make the file smaller and answers faster, but a little less exact.</source>
        <translation>수준이 낮을수록 작고 빠르지만 답이 조금 덜 정확해요.</translation>
    </message>
    <message>
        <source>For better answers, open a larger Korean model: a GGUF file or a safetensors folder. Good ones for a computer with 8 GB of memory are Kanana 1.5 2.1B (Apache-2.0) and Mi:dm 2.0 Mini (MIT); Hugging Face has both as GGUF files.</source>
        <translation>더 나은 답변을 받으려면 더 큰 한국어 모델(GGUF 파일이나 safetensors 폴더)을 열어 보세요. 메모리 8 GB인 컴퓨터에는 Kanana 1.5 2.1B(Apache-2.0)나 Mi:dm 2.0 Mini(MIT)가 알맞고, 둘 다 Hugging Face에서 GGUF 파일로 받을 수 있어요.</translation>
    </message>
    <message>
        <source>Models (*.gguf *.bin)</source>
        <translation>모델 (*.gguf *.bin)</translation>
    </message>
    <message>
        <source>Models on this computer</source>
        <translation>이 컴퓨터의 모델</translation>
    </message>
    <message>
        <source>Open a model file</source>
        <translation>모델 파일 열기</translation>
    </message>
    <message>
        <source>Open a model file…</source>
        <translation>모델 파일 열기…</translation>
    </message>
    <message>
        <source>Open a model folder</source>
        <translation>모델 폴더 열기</translation>
    </message>
    <message>
        <source>Open a model folder…</source>
        <translation>모델 폴더 열기…</translation>
    </message>
    <message>
        <source>Parameters (Ctrl+P)</source>
        <translation>생성 설정 (Ctrl+P)</translation>
    </message>
    <message>
        <source>Quantization level</source>
        <translation>양자화 수준</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
</context>
<context>
    <name>LinkDialog</name>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>KoChat does not open this kind of address.</source>
        <translation>이런 주소는 열지 않아요.</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>열기</translation>
    </message>
    <message>
        <source>Open a link</source>
        <translation>링크 열기</translation>
    </message>
    <message>
        <source>Open this address outside KoChat?</source>
        <translation>이 주소를 코챗 밖에서 열까요?</translation>
    </message>
</context>
<context>
    <name>LlamaCpp</name>
    <message>
        <source>Choose a smaller quantization or a shorter context length.</source>
        <translation>더 작은 양자화나 더 짧은 컨텍스트 길이를 골라 주세요.</translation>
    </message>
    <message>
        <source>Choose the file again or another model.</source>
        <translation>파일을 다시 고르거나 다른 모델을 골라 주세요.</translation>
    </message>
    <message>
        <source>Get the file again or choose another model.</source>
        <translation>파일을 다시 받거나 다른 모델을 골라 주세요.</translation>
    </message>
    <message>
        <source>No model is loaded.</source>
        <translation>불러온 모델이 없어요.</translation>
    </message>
    <message>
        <source>The model file {file} is incomplete or damaged.</source>
        <translation>모델 파일 {file:이/가} 덜 받아졌거나 손상됐어요.</translation>
    </message>
    <message>
        <source>The model file {file} is not there.</source>
        <translation>모델 파일 {file:을/를} 찾을 수 없어요.</translation>
    </message>
    <message>
        <source>There is not enough memory for {file}.</source>
        <translation>{file:을/를} 불러올 메모리가 모자라요.</translation>
    </message>
    <message>
        <source>This version of llama.cpp does not know the kind of model in {file}.</source>
        <translation>지금의 llama.cpp는 {file} 모델의 종류를 몰라요.</translation>
    </message>
    <message>
        <source>Try again, or load the model again.</source>
        <translation>다시 시도하거나 모델을 다시 불러와 주세요.</translation>
    </message>
    <message>
        <source>Update llama.cpp to a newer version or choose another model.</source>
        <translation>llama.cpp를 새 판으로 바꾸거나 다른 모델을 골라 주세요.</translation>
    </message>
    <message>
        <source>llama.cpp could not compute the next token (code {code}).</source>
        <translation>llama.cpp가 다음 토큰을 계산하지 못했어요 (코드 {code}).</translation>
    </message>
    <message>
        <source>{file} is not a GGUF model file.</source>
        <translation>{file:은/는} GGUF 모델 파일이 아니에요.</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>KoChat</source>
        <translation>코챗</translation>
    </message>
</context>
<context>
    <name>Markdown</name>
    <message>
        <source>[image: {description}]</source>
        <translation>[그림: {description}]</translation>
    </message>
</context>
<context>
    <name>Memory</name>
    <message>
        <source>Close other programs, or choose a smaller model.</source>
        <translation>다른 프로그램을 닫거나 더 작은 모델을 골라 주세요.</translation>
    </message>
    <message>
        <source>It fits with a context length of {context} tokens.</source>
        <translation>컨텍스트 길이를 {context}토큰으로 줄이면 들어가요.</translation>
    </message>
    <message>
        <source>It was not loaded. Your conversations are safe.</source>
        <translation>불러오지 않았고, 대화는 안전해요.</translation>
    </message>
    <message>
        <source>The level {level} would fit.</source>
        <translation>양자화를 {level:으로/로} 바꾸면 들어가요.</translation>
    </message>
    <message>
        <source>{model} needs {need} of memory, and {have} is free.</source>
        <translation>{model}에는 메모리 {need:이/가} 필요한데 {have} 남아 있어요.</translation>
    </message>
</context>
<context>
    <name>MessageActions</name>
    <message>
        <source>Copied</source>
        <translation>복사했어요</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Earlier version</source>
        <translation>이전 답</translation>
    </message>
    <message>
        <source>Later version</source>
        <translation>다음 답</translation>
    </message>
</context>
<context>
    <name>ModelFailure</name>
    <message>
        <source>Load anyway</source>
        <translation>그래도 불러오기</translation>
    </message>
    <message>
        <source>Load with {context} tokens</source>
        <translation>{context}토큰으로 불러오기</translation>
    </message>
    <message>
        <source>Load {level}</source>
        <translation>{level:으로/로} 불러오기</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
</context>
<context>
    <name>ModelFiles</name>
    <message>
        <source>Allow writing there, or use another profile.</source>
        <translation>쓰기 권한을 주거나 다른 프로필을 써 주세요.</translation>
    </message>
    <message>
        <source>Check that it is a file that you may read and that its drive is there.</source>
        <translation>읽을 권한이 있는지, 드라이브가 연결돼 있는지 확인해 주세요.</translation>
    </message>
    <message>
        <source>Check the drive, then try again.</source>
        <translation>드라이브를 확인하고 다시 해 보세요.</translation>
    </message>
    <message>
        <source>Choose the folder that holds it together with config.json and tokenizer.json.</source>
        <translation>config.json, tokenizer.json이 함께 있는 폴더를 골라 주세요.</translation>
    </message>
    <message>
        <source>Choose the model that it was made for.</source>
        <translation>이 어댑터의 바탕이 된 모델을 골라 주세요.</translation>
    </message>
    <message>
        <source>Close other programs to free memory, or choose another level, and retry.</source>
        <translation>다른 프로그램을 닫아 메모리를 비우거나 다른 양자화를 골라 다시 해 보세요.</translation>
    </message>
    <message>
        <source>Download or copy the model again.</source>
        <translation>모델을 다시 내려받거나 복사해 주세요.</translation>
    </message>
    <message>
        <source>Free some space, or choose a smaller level.</source>
        <translation>디스크를 비우거나 더 작은 양자화를 골라 주세요.</translation>
    </message>
    <message>
        <source>Get a GGUF file of this model.</source>
        <translation>이 모델의 GGUF 파일을 받아 주세요.</translation>
    </message>
    <message>
        <source>Get a GGUF file of this model; those do not need converting.</source>
        <translation>이 모델의 GGUF 파일을 받아 주세요. GGUF는 변환하지 않아도 돼요.</translation>
    </message>
    <message>
        <source>Get a GGUF or safetensors version of this model.</source>
        <translation>이 모델의 GGUF나 safetensors 판을 받아 주세요.</translation>
    </message>
    <message>
        <source>Get a current GGUF file of the same model.</source>
        <translation>같은 모델의 최신 GGUF 파일을 받아 주세요.</translation>
    </message>
    <message>
        <source>Get another level of this model, such as q4_0 or q8_0.</source>
        <translation>이 모델의 q4_0, q8_0 같은 다른 양자화를 받아 주세요.</translation>
    </message>
    <message>
        <source>Get the usual (little-endian) file of this model.</source>
        <translation>이 모델의 일반(리틀 엔디언) 파일을 받아 주세요.</translation>
    </message>
    <message>
        <source>If it was moved or is on another drive, choose its new place.</source>
        <translation>옮겼거나 다른 드라이브에 있다면 새 위치를 골라 주세요.</translation>
    </message>
    <message>
        <source>KoChat cannot join them yet. Get the model as a single file.</source>
        <translation>KoChat은 아직 합치지 못해요. 파일 하나로 된 모델을 받아 주세요.</translation>
    </message>
    <message>
        <source>KoChat cannot open it yet. Get a GGUF file of the same model.</source>
        <translation>KoChat은 아직 이 형식을 열지 못해요. 같은 모델의 GGUF 파일을 받아 주세요.</translation>
    </message>
    <message>
        <source>Making the model file ended unexpectedly (status {status}: {detail}).</source>
        <translation>모델 파일을 만들다가 갑자기 멈췄어요(상태 {status}: {detail}).</translation>
    </message>
    <message>
        <source>Making this level needs {need} of disk space, and {have} is free.</source>
        <translation>이 양자화를 만들려면 디스크에 {need:이/가} 필요한데 {have} 남아 있어요.</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>바뀐 것은 없어요.</translation>
    </message>
    <message>
        <source>The disk of {folder} is full.</source>
        <translation>{folder}의 디스크가 가득 찼어요.</translation>
    </message>
    <message>
        <source>The folder {folder} cannot be written.</source>
        <translation>{folder} 폴더에 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>The header of the model file {name} is damaged ({detail}).</source>
        <translation>모델 파일 {name}의 헤더가 손상됐어요({detail}).</translation>
    </message>
    <message>
        <source>The model file {name} cannot be read ({detail}).</source>
        <translation>모델 파일 {name:을/를} 읽을 수 없어요({detail}).</translation>
    </message>
    <message>
        <source>The model file {name} is cut off: {missing} are missing.</source>
        <translation>모델 파일 {name:이/가} 잘려 있어요. {missing} 모자라요.</translation>
    </message>
    <message>
        <source>The model file {name} is empty.</source>
        <translation>모델 파일 {name:이/가} 비어 있어요.</translation>
    </message>
    <message>
        <source>The model file {name} is made for big-endian computers.</source>
        <translation>모델 파일 {name:은/는} 바이트 순서가 다른(빅 엔디언) 컴퓨터용이에요.</translation>
    </message>
    <message>
        <source>The model file {name} is of GGUF version {version}, which KoChat cannot read.</source>
        <translation>모델 파일 {name:은/는} KoChat이 읽을 수 없는 GGUF 버전 {version} 파일이에요.</translation>
    </message>
    <message>
        <source>The model file {name} is {extra} longer than its header says.</source>
        <translation>모델 파일 {name:이/가} 헤더에 적힌 것보다 {extra} 길어요.</translation>
    </message>
    <message>
        <source>The model file {name} stores weights in a way KoChat does not know.</source>
        <translation>모델 파일 {name}의 가중치는 KoChat이 모르는 방식으로 저장돼 있어요.</translation>
    </message>
    <message>
        <source>The model {name} is of a kind that KoChat cannot convert yet ({kind}).</source>
        <translation>모델 {name:은/는} KoChat이 아직 변환하지 못하는 종류예요({kind}).</translation>
    </message>
    <message>
        <source>The model&apos;s {name} has an impossible value ({key}).</source>
        <translation>모델의 {name}에 있을 수 없는 값이 있어요({key}).</translation>
    </message>
    <message>
        <source>The original model is unchanged, and no half-made file was left.</source>
        <translation>원본 모델은 그대로이고, 만들다 만 파일도 남지 않았어요.</translation>
    </message>
    <message>
        <source>The original model is unchanged.</source>
        <translation>원본 모델은 그대로예요.</translation>
    </message>
    <message>
        <source>The vocabulary of {name} cannot be converted exactly.</source>
        <translation>{name}의 어휘를 정확하게 변환할 수 없어요.</translation>
    </message>
    <message>
        <source>The weights of {name} do not fit its config.json ({tensor}).</source>
        <translation>{name}의 가중치가 config.json과 맞지 않아요({tensor}).</translation>
    </message>
    <message>
        <source>There is no model file at {path}.</source>
        <translation>{path}에 모델 파일이 없어요.</translation>
    </message>
    <message>
        <source>Writing to {folder} failed ({detail}).</source>
        <translation>{folder}에 쓰지 못했어요({detail}).</translation>
    </message>
    <message>
        <source>llama.cpp could not quantize {name}.</source>
        <translation>{name:을/를} 양자화하지 못했어요.</translation>
    </message>
    <message>
        <source>{name} has weights that f16 cannot hold.</source>
        <translation>{name}에는 f16으로 담을 수 없는 가중치가 있어요.</translation>
    </message>
    <message>
        <source>{name} holds only the weights of a model.</source>
        <translation>{name}에는 모델의 가중치만 있어요.</translation>
    </message>
    <message>
        <source>{name} is an adapter, not a whole model.</source>
        <translation>{name:은/는} 모델이 아니라 어댑터예요.</translation>
    </message>
    <message>
        <source>{name} is in an old format (pickle) that can run programs when it is opened.</source>
        <translation>{name:은/는} 열 때 다른 프로그램이 실행될 수 있는 옛 형식(pickle)이에요.</translation>
    </message>
    <message>
        <source>{name} is in the GGML format of 2023.</source>
        <translation>{name:은/는} 2023년의 GGML 형식이에요.</translation>
    </message>
    <message>
        <source>{name} is not a model file, or its beginning is damaged.</source>
        <translation>{name:은/는} 모델 파일이 아니거나 앞부분이 손상됐어요.</translation>
    </message>
    <message>
        <source>{name} is one of {parts} parts of a model.</source>
        <translation>{name:은/는} {parts}개로 나뉜 모델의 한 부분이에요.</translation>
    </message>
    <message>
        <source>{name} was changed while it was being converted.</source>
        <translation>변환하는 동안 {name:이/가} 바뀌었어요.</translation>
    </message>
</context>
<context>
    <name>ModelLevels</name>
    <message>
        <source>Choose one of: {levels}</source>
        <translation>다음 중에서 골라 주세요: {levels}</translation>
    </message>
    <message>
        <source>{model} has no level called {level}.</source>
        <translation>{model}에는 {level} 양자화가 없어요.</translation>
    </message>
</context>
<context>
    <name>ModelList</name>
    <message>
        <source>Did you mean {suggestions}?</source>
        <translation>혹시 이 모델인가요? {suggestions}</translation>
    </message>
    <message>
        <source>There is no model called {name}.</source>
        <translation>‘{name}’ 모델을 찾을 수 없어요.</translation>
    </message>
</context>
<context>
    <name>ModelManager</name>
    <message>
        <source>The model could not be made ready ({detail}).</source>
        <translation>모델을 준비하지 못했어요({detail}).</translation>
    </message>
    <message>
        <source>This is a fault of KoChat; the log says more. Try another level.</source>
        <translation>KoChat의 오류예요. 자세한 내용은 로그에 있어요. 다른 양자화를 골라 보세요.</translation>
    </message>
    <message>
        <source>Your conversations are safe.</source>
        <translation>대화는 안전해요.</translation>
    </message>
</context>
<context>
    <name>ModelTexts</name>
    <message>
        <source>Choose a model</source>
        <translation>모델 고르기</translation>
    </message>
    <message>
        <source>Could not be loaded</source>
        <translation>불러오지 못했어요</translation>
    </message>
    <message>
        <source>Loading · {percent} %</source>
        <translation>불러오는 중 · {percent}%</translation>
    </message>
    <message>
        <source>Making the file · {percent} %</source>
        <translation>파일 만드는 중 · {percent}%</translation>
    </message>
    <message>
        <source>as in the file</source>
        <translation>파일 그대로</translation>
    </message>
    <message>
        <source>original</source>
        <translation>원본</translation>
    </message>
    <message>
        <source>plenty of room here</source>
        <translation>이 PC에서 넉넉함</translation>
    </message>
    <message>
        <source>recommended</source>
        <translation>추천</translation>
    </message>
    <message>
        <source>small, for trying out</source>
        <translation>체험용 소형 모델</translation>
    </message>
    <message>
        <source>tight on this computer</source>
        <translation>이 PC에서 빠듯함</translation>
    </message>
    <message>
        <source>too large here</source>
        <translation>이 PC에서 안 됨</translation>
    </message>
    <message>
        <source>up to {length} tokens</source>
        <translation>최대 {length}토큰</translation>
    </message>
    <message>
        <source>{count} parameters</source>
        <translation>매개변수 {count}</translation>
    </message>
    <message>
        <source>{file} · {memory} of memory</source>
        <translation>{file} · 메모리 {memory}</translation>
    </message>
    <message>
        <source>{name} · for trying out</source>
        <translation>{name} · 체험용</translation>
    </message>
    <message>
        <source>{phrase} · made when chosen</source>
        <translation>{phrase} · 고르면 만들어요</translation>
    </message>
</context>
<context>
    <name>Notices</name>
    <message>
        <source>Dismiss</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
</context>
<context>
    <name>OwnMessage</name>
    <message>
        <source>({count} characters in all; copy shows everything.)</source>
        <translation>(모두 {count}자예요. 복사하면 전체를 볼 수 있어요.)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>고치기</translation>
    </message>
    <message>
        <source>Edit message</source>
        <translation>메시지 고치기</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>보내기</translation>
    </message>
    <message>
        <source>Your message</source>
        <translation>내 메시지</translation>
    </message>
</context>
<context>
    <name>Parameters</name>
    <message>
        <source>As the model needs it</source>
        <translation>모델에 맞게</translation>
    </message>
    <message>
        <source>Chat template</source>
        <translation>채팅 템플릿</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>For example: Answer politely and briefly.</source>
        <translation>예: 존댓말로 짧게 답해 주세요.</translation>
    </message>
    <message>
        <source>New each time</source>
        <translation>매번 새로</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>생성 설정</translation>
    </message>
    <message>
        <source>Restore defaults</source>
        <translation>기본값으로</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>시스템 프롬프트</translation>
    </message>
</context>
<context>
    <name>Quantization</name>
    <message>
        <source>as the original</source>
        <translation>원본 그대로예요</translation>
    </message>
    <message>
        <source>balanced</source>
        <translation>크기와 품질이 고르게</translation>
    </message>
    <message>
        <source>balanced, a little finer</source>
        <translation>고르면서 조금 더 정확해요</translation>
    </message>
    <message>
        <source>close to the original</source>
        <translation>원본에 가까워요</translation>
    </message>
    <message>
        <source>light and fast</source>
        <translation>가볍고 빨라요</translation>
    </message>
    <message>
        <source>light, a little finer</source>
        <translation>가볍고 조금 더 정확해요</translation>
    </message>
</context>
<context>
    <name>ScriptedEngine</name>
    <message>
        <source>Check that it is still where it was.</source>
        <translation>파일이 그 자리에 있는지 확인해 주세요.</translation>
    </message>
    <message>
        <source>Correct it, or choose another model.</source>
        <translation>고치거나 다른 모델을 골라 주세요.</translation>
    </message>
    <message>
        <source>The answer so far is kept.</source>
        <translation>여기까지 쓴 답변은 남아 있어요.</translation>
    </message>
    <message>
        <source>The script asked for this error.</source>
        <translation>각본에 있는 대로 낸 오류예요.</translation>
    </message>
    <message>
        <source>The script {file} cannot be read.</source>
        <translation>{file} 각본을 읽을 수 없어요.</translation>
    </message>
    <message>
        <source>The script {file} has a mistake ({problem}).</source>
        <translation>{file} 각본에 잘못된 곳이 있어요({problem}).</translation>
    </message>
    <message>
        <source>Write another message.</source>
        <translation>다른 메시지를 써 보세요.</translation>
    </message>
</context>
<context>
    <name>SettingChoices</name>
    <message>
        <source>As the system</source>
        <translation>시스템 설정대로</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>어둡게</translation>
    </message>
    <message>
        <source>English</source>
        <translation>English</translation>
    </message>
    <message>
        <source>Korean</source>
        <translation>한국어</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>밝게</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>-1: as many as fit. 0: none.</source>
        <translation>-1은 들어가는 만큼, 0은 올리지 않아요.</translation>
    </message>
    <message>
        <source>0: measured and adapted while running.</source>
        <translation>0이면 실행하면서 재고 알맞게 맞춰요.</translation>
    </message>
    <message>
        <source>All settings start from their defaults.</source>
        <translation>모든 설정을 기본값으로 시작해요.</translation>
    </message>
    <message>
        <source>Changes hold until KoChat is closed.</source>
        <translation>바꾼 설정은 KoChat을 닫을 때까지만 유지돼요.</translation>
    </message>
    <message>
        <source>Chooses among this many tokens. 0: off.</source>
        <translation>이 개수의 토큰 가운데에서 골라요. 0이면 쓰지 않아요.</translation>
    </message>
    <message>
        <source>Context length</source>
        <translation>컨텍스트 길이</translation>
    </message>
    <message>
        <source>Conversations are safe. The damaged file is {path}.</source>
        <translation>대화는 안전해요. 손상된 파일은 {path}에 있어요.</translation>
    </message>
    <message>
        <source>Higher is more varied. 0 always takes the likeliest word.</source>
        <translation>높을수록 다양하게 답해요. 0이면 항상 가장 그럴듯한 말을 골라요.</translation>
    </message>
    <message>
        <source>In percent of the usual size.</source>
        <translation>기본 크기에 대한 백분율이에요.</translation>
    </message>
    <message>
        <source>In tokens.</source>
        <translation>토큰 수예요.</translation>
    </message>
    <message>
        <source>KoChat keeps this for the next start.</source>
        <translation>다음에 시작할 때 쓰려고 기억해 둬요.</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>언어</translation>
    </message>
    <message>
        <source>Language of the window and of messages.</source>
        <translation>창과 알림에 쓰는 언어예요.</translation>
    </message>
    <message>
        <source>Layers on the GPU</source>
        <translation>GPU에 올릴 레이어</translation>
    </message>
    <message>
        <source>Leaves out the unlikely rest. 1: off.</source>
        <translation>가능성이 낮은 나머지를 빼요. 1이면 쓰지 않아요.</translation>
    </message>
    <message>
        <source>Leaves out what is this much less likely. 0: off.</source>
        <translation>가장 그럴듯한 토큰보다 이 비율 아래로 낮은 토큰을 빼요. 0이면 쓰지 않아요.</translation>
    </message>
    <message>
        <source>Light, dark, or as the system has it.</source>
        <translation>밝게, 어둡게, 또는 시스템 설정대로 보여요.</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>답변 최대 길이</translation>
    </message>
    <message>
        <source>Make room, or check the folder&apos;s permissions.</source>
        <translation>공간을 비우거나 폴더 권한을 확인해 주세요.</translation>
    </message>
    <message>
        <source>Makes words that were just used less likely. 1: off.</source>
        <translation>방금 쓴 말을 덜 쓰게 해요. 1이면 쓰지 않아요.</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>Precision of the context memory</source>
        <translation>컨텍스트 메모리 정밀도</translation>
    </message>
    <message>
        <source>Processor threads</source>
        <translation>CPU 스레드</translation>
    </message>
    <message>
        <source>Remembered state</source>
        <translation>기억한 상태</translation>
    </message>
    <message>
        <source>Repetition penalty</source>
        <translation>반복 벌점</translation>
    </message>
    <message>
        <source>So many tokens in a row never come twice. 0: off.</source>
        <translation>이 개수만큼 이어진 토큰이 두 번 나오지 않게 해요. 0이면 쓰지 않아요.</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>온도</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>글자 크기</translation>
    </message>
    <message>
        <source>The settings file was damaged.</source>
        <translation>설정 파일이 손상됐어요.</translation>
    </message>
    <message>
        <source>The settings in {path} cannot be read: {reason}</source>
        <translation>{path}의 설정을 읽을 수 없어요: {reason}</translation>
    </message>
    <message>
        <source>The settings in {path} cannot be saved: {reason}</source>
        <translation>{path}에 설정을 저장할 수 없어요: {reason}</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>테마</translation>
    </message>
    <message>
        <source>Tokens the model sees at once. More needs more memory.</source>
        <translation>모델이 한 번에 보는 토큰 수예요. 늘리면 메모리를 더 써요.</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Unrepeated tokens in a row</source>
        <translation>반복을 막을 토큰 수</translation>
    </message>
    <message>
        <source>q8_0 halves the memory of a long context.</source>
        <translation>q8_0은 긴 컨텍스트의 메모리를 절반으로 줄여요.</translation>
    </message>
    <message>
        <source>{value} is not possible for {setting}.</source>
        <translation>{setting}에는 {value} 값을 쓸 수 없어요.</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Acts after a restart.</source>
        <translation>다시 시작하면 적용돼요.</translation>
    </message>
    <message>
        <source>Acts when the model is loaded the next time.</source>
        <translation>모델을 다시 불러올 때 적용돼요.</translation>
    </message>
    <message>
        <source>Answers in new conversations</source>
        <translation>답변 생성 기본값</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>모양</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Loading models</source>
        <translation>모델 불러오기</translation>
    </message>
    <message>
        <source>Restore defaults</source>
        <translation>기본값으로</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>설정</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Conversations</source>
        <translation>대화</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>KoChat</source>
        <translation>코챗</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>지난 30일</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>지난 7일</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>New</source>
        <translation>새 대화</translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation>새 대화</translation>
    </message>
    <message>
        <source>New conversation (Ctrl+N)</source>
        <translation>새 대화 (Ctrl+N)</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>찾은 대화가 없어요</translation>
    </message>
    <message>
        <source>Older</source>
        <translation>이전</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>이름 바꾸기</translation>
    </message>
    <message>
        <source>Search (initials work, too)</source>
        <translation>대화 검색 (초성도 돼요)</translation>
    </message>
    <message>
        <source>Search conversations</source>
        <translation>대화 검색</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>설정</translation>
    </message>
    <message>
        <source>The conversation was moved to the trash</source>
        <translation>대화를 휴지통으로 옮겼어요</translation>
    </message>
    <message>
        <source>Title of the conversation</source>
        <translation>대화 이름</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>오늘</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>어제</translation>
    </message>
    <message>
        <source>Your conversations will be listed here</source>
        <translation>나눈 대화가 여기에 모여요</translation>
    </message>
</context>
<context>
    <name>Storage</name>
    <message>
        <source>A newer KoChat wrote the conversations in {path}.</source>
        <translation>{path}의 대화는 더 새로운 KoChat이 저장했어요.</translation>
    </message>
    <message>
        <source>Check the disk, then try again.</source>
        <translation>디스크를 확인한 뒤 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>Check the folder&apos;s permissions, or start with another profile (--profile).</source>
        <translation>폴더 권한을 확인하거나 다른 프로필(--profile)로 시작해 주세요.</translation>
    </message>
    <message>
        <source>Everything stored before is safe.</source>
        <translation>이미 저장한 내용은 안전해요.</translation>
    </message>
    <message>
        <source>Install the newer KoChat, or start with another profile (--profile).</source>
        <translation>새 KoChat을 설치하거나 다른 프로필(--profile)로 시작해 주세요.</translation>
    </message>
    <message>
        <source>KoChat is already open with this profile.</source>
        <translation>이 프로필로 KoChat이 이미 열려 있어요.</translation>
    </message>
    <message>
        <source>Make some room, then try again.</source>
        <translation>공간을 비운 뒤 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>Start KoChat again: it saves everything that can still be read.</source>
        <translation>KoChat을 다시 시작하면 읽을 수 있는 내용을 모두 되살려요.</translation>
    </message>
    <message>
        <source>Stored conversations can be read, but nothing new can be stored.</source>
        <translation>저장한 대화는 읽을 수 있지만 새 내용은 저장할 수 없어요.</translation>
    </message>
    <message>
        <source>The conversations in {path} are damaged.</source>
        <translation>{path}에 저장한 대화가 손상됐어요.</translation>
    </message>
    <message>
        <source>The conversations were damaged. {conversations} conversations with {messages} messages were saved. The damaged file is kept as {path}.</source>
        <translation>대화 파일이 손상돼서 대화 {conversations}개, 메시지 {messages}개를 되살렸어요. 손상된 파일은 {path}에 그대로 있어요.</translation>
    </message>
    <message>
        <source>The disk of {path} reported an error: {reason}</source>
        <translation>{path} 폴더가 있는 디스크에서 오류가 났어요: {reason}</translation>
    </message>
    <message>
        <source>The file stays as it is.</source>
        <translation>파일은 그대로 남아 있어요.</translation>
    </message>
    <message>
        <source>There is no conversation {number}.</source>
        <translation>{number}번 대화가 없어요.</translation>
    </message>
    <message>
        <source>There is no message {number}.</source>
        <translation>{number}번 메시지가 없어요.</translation>
    </message>
    <message>
        <source>There is no room left on the disk of {path}.</source>
        <translation>{path} 폴더가 있는 디스크에 남은 공간이 없어요.</translation>
    </message>
    <message>
        <source>They were not touched.</source>
        <translation>대화는 건드리지 않았어요.</translation>
    </message>
    <message>
        <source>Use the open window, or start with another profile (--profile).</source>
        <translation>열려 있는 창을 쓰거나 다른 프로필(--profile)로 시작해 주세요.</translation>
    </message>
    <message>
        <source>You can chat, but conversations are gone when KoChat is closed.</source>
        <translation>대화는 할 수 있지만 KoChat을 닫으면 사라져요.</translation>
    </message>
    <message>
        <source>{path} cannot be written to.</source>
        <translation>{path}에 쓸 수 없어요.</translation>
    </message>
</context>
</TS>
