<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko_KR" sourcelanguage="en_US">
<context>
    <name>AdapterRow</name>
    <message>
        <source>0 is without it, 1 as it was trained</source>
        <translation>0이면 쓰지 않는 것과 같고, 1이면 학습한 그대로예요</translation>
    </message>
    <message>
        <source>Strength of {name}</source>
        <translation>{name} 세기</translation>
    </message>
    <message>
        <source>Take off</source>
        <translation>빼기</translation>
    </message>
    <message>
        <source>Take {name} off</source>
        <translation>{name} 빼기</translation>
    </message>
    <message>
        <source>Use {name}</source>
        <translation>{name} 쓰기</translation>
    </message>
    <message>
        <source>made for {base}</source>
        <translation>{base} 모델용</translation>
    </message>
    <message>
        <source>rank {rank} · {size}</source>
        <translation>랭크 {rank} · {size}</translation>
    </message>
</context>
<context>
    <name>AdapterSection</name>
    <message>
        <source>Adapters</source>
        <translation>어댑터</translation>
    </message>
    <message>
        <source>Add an adapter…</source>
        <translation>어댑터 추가…</translation>
    </message>
    <message>
        <source>An adapter changes how a model speaks without changing its file. Add a LoRA folder or a GGUF adapter that was made for this model.</source>
        <translation>어댑터를 쓰면 모델 파일은 그대로 두고 말투나 아는 것을 바꿀 수 있어요. 이 모델용으로 만든 LoRA 폴더나 GGUF 어댑터를 추가해 보세요.</translation>
    </message>
    <message>
        <source>Changes act from the next answer on, without loading the model again. Several can be on at once.</source>
        <translation>바꾸면 다음 답변부터 적용돼요. 모델을 다시 불러올 필요가 없고, 여러 개를 함께 켤 수 있어요.</translation>
    </message>
</context>
<context>
    <name>AdapterStrip</name>
    <message>
        <source>Adapters</source>
        <translation>어댑터</translation>
    </message>
    <message>
        <source>Change adapters on the models page</source>
        <translation>모델 관리에서 어댑터 바꾸기</translation>
    </message>
    <message>
        <source>{count} more</source>
        <translation>{count}개 더</translation>
    </message>
    <message>
        <source>{name} · cannot be used</source>
        <translation>{name} · 쓸 수 없음</translation>
    </message>
    <message>
        <source>{name} · off</source>
        <translation>{name} · 꺼짐</translation>
    </message>
    <message>
        <source>{name} ×{scale}</source>
        <translation>{name} ×{scale}</translation>
    </message>
</context>
<context>
    <name>Adapters</name>
    <message>
        <source>Choose the folder with adapter_config.json, or an adapter in GGUF format.</source>
        <translation>adapter_config.json이 있는 폴더나 GGUF 형식의 어댑터를 골라 주세요.</translation>
    </message>
    <message>
        <source>Choose the model that the adapter was made for.</source>
        <translation>이 어댑터의 바탕이 된 모델을 골라 주세요.</translation>
    </message>
    <message>
        <source>Get a LoRA adapter for this model.</source>
        <translation>이 모델의 LoRA 어댑터를 받아 주세요.</translation>
    </message>
    <message>
        <source>Merge it into its model with PEFT (merge_and_unload), and open the result.</source>
        <translation>PEFT의 merge_and_unload로 모델에 합친 다음, 합친 모델을 열어 주세요.</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>바뀐 것은 없어요.</translation>
    </message>
    <message>
        <source>The adapter {name} also changes the vocabulary ({detail}).</source>
        <translation>어댑터 {name:은/는} 어휘까지 바꿔요({detail}). 이런 어댑터는 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>The adapter {name} also replaces whole parts of the model ({detail}).</source>
        <translation>어댑터 {name:은/는} 모델의 일부를 통째로 바꿔요({detail}). 이런 어댑터는 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>The adapter {name} also trained bias values ({detail}).</source>
        <translation>어댑터 {name:은/는} 편향(bias)까지 학습했어요({detail}). 이런 어댑터는 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>The adapter {name} cannot be added to {model}: KoChat does not know models of its kind ({kind}).</source>
        <translation>어댑터 {name:을/를} {model}에 추가할 수 없어요. KoChat이 모르는 종류의 모델이에요({kind}).</translation>
    </message>
    <message>
        <source>The adapter {name} changes {part}, which {model} does not have.</source>
        <translation>어댑터 {name:이/가} 바꾸는 부분({part})이 모델 {model}에는 없어요.</translation>
    </message>
    <message>
        <source>The adapter {name} does not fit the model {model}: it is for a {part} of {theirs}, and this model&apos;s is {ours}.</source>
        <translation>어댑터 {name:은/는} 모델 {model}에 맞지 않아요. 어댑터의 {part:은/는} {theirs}인데 모델은 {ours:이에요/예요}.</translation>
    </message>
    <message>
        <source>The adapter {name} is for a model of {theirs} layers or more, and {model} has {ours}.</source>
        <translation>어댑터 {name:은/는} 층이 {theirs}개 이상인 모델용인데 {model:은/는} {ours}개예요.</translation>
    </message>
    <message>
        <source>The adapter {name} is for models of the kind {theirs}, and {model} is {ours}.</source>
        <translation>어댑터 {name:은/는} {theirs} 모델용인데 {model:은/는} {ours} 모델이에요.</translation>
    </message>
    <message>
        <source>The adapter {name} is of the kind {detail}. KoChat can use LoRA adapters.</source>
        <translation>어댑터 {name}의 종류는 {detail:이에요/예요}. KoChat은 LoRA 어댑터를 쓸 수 있어요.</translation>
    </message>
    <message>
        <source>The adapter {name} uses DoRA, which cannot be added to a running model.</source>
        <translation>어댑터 {name:은/는} DoRA 방식이라 불러온 모델에 추가할 수 없어요.</translation>
    </message>
    <message>
        <source>The adapter {name} was trained on a changed copy of its model ({detail}), and fits no other.</source>
        <translation>어댑터 {name:은/는} 모델을 고친 사본으로 학습해서({detail}) 다른 모델에는 맞지 않아요.</translation>
    </message>
    <message>
        <source>The adapter {name} works in a way that KoChat cannot apply ({detail}).</source>
        <translation>어댑터 {name:은/는} KoChat이 적용할 수 없는 방식이에요({detail}).</translation>
    </message>
    <message>
        <source>The adapter&apos;s {name} has an impossible value ({key}).</source>
        <translation>어댑터의 {name}에 있을 수 없는 값이 있어요({key}).</translation>
    </message>
    <message>
        <source>The weights of the adapter {name} do not fit the model {model} by size.</source>
        <translation>어댑터 {name}의 가중치 크기가 모델 {model:과/와} 맞지 않아요.</translation>
    </message>
    <message>
        <source>Use an adapter in GGUF format, or another model.</source>
        <translation>GGUF 형식의 어댑터나 다른 모델을 써 주세요.</translation>
    </message>
    <message>
        <source>{name} is no adapter that KoChat knows.</source>
        <translation>{name:은/는} KoChat이 아는 어댑터 형식이 아니에요.</translation>
    </message>
</context>
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
        <source>Save</source>
        <translation>저장</translation>
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
    <name>AnswerTexts</name>
    <message>
        <source>Edited answer</source>
        <translation>고친 답변</translation>
    </message>
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
        <source>Writing all of it before it is shown · token {done} of at most {most}</source>
        <translation>다 쓴 다음에 보여 줘요 · 토큰 {done} / 최대 {most}</translation>
    </message>
    <message>
        <source>Written by a person</source>
        <translation>직접 쓴 답변</translation>
    </message>
    <message>
        <source>answered to the end</source>
        <translation>끝까지 답함</translation>
    </message>
    <message>
        <source>continued by {models}</source>
        <translation>{models} 모델이 이어서 씀</translation>
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
    <name>Backup</name>
    <message>
        <source>Choose another backup.</source>
        <translation>다른 백업을 골라 주세요.</translation>
    </message>
    <message>
        <source>The backup {name} is not there any more.</source>
        <translation>{name:이/가} 이제 없어요.</translation>
    </message>
    <message>
        <source>Your conversations are safe; only today&apos;s backup was not made.</source>
        <translation>대화는 안전해요. 오늘 백업만 만들지 못했어요.</translation>
    </message>
    <message>
        <source>Your conversations were not touched.</source>
        <translation>대화는 건드리지 않았어요.</translation>
    </message>
</context>
<context>
    <name>BackupRow</name>
    <message>
        <source>Delete for good</source>
        <translation>완전히 지우기</translation>
    </message>
    <message>
        <source>Delete the backup of {when}</source>
        <translation>{when} 백업 지우기</translation>
    </message>
    <message>
        <source>Delete the backup…</source>
        <translation>백업 지우기</translation>
    </message>
    <message>
        <source>Delete this backup for good? Nothing can bring it back.</source>
        <translation>이 백업을 완전히 지울까요? 지우면 다시 살릴 수 없어요.</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>그만두기</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Restore the backup of {when}</source>
        <translation>{when} 백업으로 되돌리기</translation>
    </message>
    <message>
        <source>Restore…</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>The conversations become those of this backup. What is there now is kept as a backup first, and answers that are being written are stopped and stored.</source>
        <translation>대화를 이 백업의 대화로 바꿔요. 지금 대화는 먼저 백업해 두고, 쓰고 있는 답변은 멈추고 저장해요.</translation>
    </message>
</context>
<context>
    <name>BackupTexts</name>
    <message>
        <source>Today, {time}</source>
        <translation>오늘 {time}</translation>
    </message>
    <message>
        <source>Yesterday, {time}</source>
        <translation>어제 {time}</translation>
    </message>
    <message>
        <source>{conversations} conversations · {messages} messages · {size}</source>
        <translation>대화 {conversations}개 · 메시지 {messages}개 · {size}</translation>
    </message>
    <message>
        <source>{hour}:{minute} a.m.</source>
        <translation>오전 {hour}:{minute}</translation>
    </message>
    <message>
        <source>{hour}:{minute} p.m.</source>
        <translation>오후 {hour}:{minute}</translation>
    </message>
    <message>
        <source>{month}/{day}, {time}</source>
        <translation>{month}월 {day}일 {time}</translation>
    </message>
    <message>
        <source>{month}/{day}/{year}, {time}</source>
        <translation>{year}년 {month}월 {day}일 {time}</translation>
    </message>
</context>
<context>
    <name>BackupsDialog</name>
    <message>
        <source>All files (*)</source>
        <translation>모든 파일 (*)</translation>
    </message>
    <message>
        <source>Back up now</source>
        <translation>지금 백업</translation>
    </message>
    <message>
        <source>Backing up the conversations…</source>
        <translation>대화를 백업하고 있어요…</translation>
    </message>
    <message>
        <source>Backups</source>
        <translation>백업</translation>
    </message>
    <message>
        <source>Backups (*.db)</source>
        <translation>백업 (*.db)</translation>
    </message>
    <message>
        <source>Checking and copying the backup…</source>
        <translation>백업을 살피고 옮기고 있어요…</translation>
    </message>
    <message>
        <source>Choose a backup</source>
        <translation>백업 고르기</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Conversations are copied once a day. Of older copies one is kept for each day, week and month.</source>
        <translation>대화를 하루에 한 번 백업하고, 오래된 것은 날, 주, 달마다 하나씩 남겨요.</translation>
    </message>
    <message>
        <source>Conversations cannot be stored at the moment, so they can be neither backed up nor restored.</source>
        <translation>지금은 대화를 저장할 수 없어서 백업하거나 되돌릴 수 없어요.</translation>
    </message>
    <message>
        <source>Damaged: it cannot be restored</source>
        <translation>손상되어 되돌릴 수 없어요</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>폴더 열기</translation>
    </message>
    <message>
        <source>Restore from a file…</source>
        <translation>파일에서 되돌리기…</translation>
    </message>
    <message>
        <source>There is no backup yet.</source>
        <translation>아직 백업이 없어요.</translation>
    </message>
    <message>
        <source>What was deleted for good is still in the backups from before. To get rid of it altogether, delete these, too.</source>
        <translation>완전히 지운 대화도 그 전에 만든 백업에는 남아 있어요. 모두 없애려면 그 백업도 지워 주세요.</translation>
    </message>
</context>
<context>
    <name>BaseDialog</name>
    <message>
        <source>Add and use the model</source>
        <translation>추가하고 모델 쓰기</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Choose a model for the adapter</source>
        <translation>어댑터를 추가할 모델 고르기</translation>
    </message>
    <message>
        <source>It fits these models. Which one should it change?</source>
        <translation>아래 모델에 맞는 어댑터예요. 어느 모델에 추가할까요?</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
</context>
<context>
    <name>BranchMap</name>
    <message>
        <source>(empty)</source>
        <translation>(빈 메시지)</translation>
    </message>
    <message>
        <source>Arrows move, Enter shows the branch</source>
        <translation>화살표로 움직이고 Enter로 그 가지를 봐요</translation>
    </message>
    <message>
        <source>Branch map</source>
        <translation>가지 지도</translation>
    </message>
    <message>
        <source>Branches of the conversation</source>
        <translation>대화의 가지</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>찾은 메시지가 없어요</translation>
    </message>
    <message>
        <source>Search the messages</source>
        <translation>메시지 검색</translation>
    </message>
    <message>
        <source>Show this branch</source>
        <translation>이 가지 보기</translation>
    </message>
    <message>
        <source>Show up to here only</source>
        <translation>여기까지만 보기</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>고친 답변</translation>
    </message>
    <message>
        <source>hidden from the model</source>
        <translation>모델에게 숨김</translation>
    </message>
    <message>
        <source>shown end</source>
        <translation>지금 보는 끝</translation>
    </message>
    <message>
        <source>{count} messages follow</source>
        <translation>뒤에 {count}개</translation>
    </message>
    <message>
        <source>{count} other branches</source>
        <translation>다른 가지 {count}개</translation>
    </message>
</context>
<context>
    <name>ChatSession</name>
    <message>
        <source>KoChat is closing.</source>
        <translation>KoChat을 닫는 중이에요.</translation>
    </message>
    <message>
        <source>Show it to the model again first.</source>
        <translation>먼저 모델에게 다시 보여 주세요.</translation>
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
        <translation>이 메시지에는 그렇게 할 수 없어요.</translation>
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
        <source>The message to answer is hidden from the model.</source>
        <translation>답할 메시지를 모델에게 숨겨 두었어요.</translation>
    </message>
    <message>
        <source>The text so far is stored.</source>
        <translation>지금까지 쓴 내용은 저장했어요.</translation>
    </message>
    <message>
        <source>There is no message of yours to answer here.</source>
        <translation>여기에는 답할 내 메시지가 없어요.</translation>
    </message>
    <message>
        <source>There is no message to show the prompt of yet.</source>
        <translation>아직 프롬프트를 보여 줄 메시지가 없어요.</translation>
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
        <translation>다시 시도해 주세요. 같은 일이 또 생기면 로그 파일에서 이유를 볼 수 있어요.</translation>
    </message>
    <message>
        <source>Type one first.</source>
        <translation>먼저 글을 입력해 주세요.</translation>
    </message>
    <message>
        <source>Wait for the answer, or stop it first.</source>
        <translation>답변을 기다리거나 먼저 멈춰 주세요.</translation>
    </message>
    <message>
        <source>Write one first.</source>
        <translation>먼저 메시지를 써 주세요.</translation>
    </message>
    <message>
        <source>{count} of the oldest messages do not fit the context length and were left out of this answer. They stay in the conversation.</source>
        <translation>컨텍스트 길이를 넘어서 가장 오래된 메시지 {count}개는 이번 답변에서 빠졌어요. 대화에는 그대로 남아 있어요.</translation>
    </message>
</context>
<context>
    <name>ChatTemplate</name>
    <message>
        <source>A.X</source>
        <translation>A.X</translation>
    </message>
    <message>
        <source>ChatML (Qwen and many others)</source>
        <translation>ChatML (Qwen 등)</translation>
    </message>
    <message>
        <source>Continue the text (no chat format)</source>
        <translation>글 이어 쓰기 (템플릿 없음)</translation>
    </message>
    <message>
        <source>Did you mean {names}?</source>
        <translation>혹시 이것인가요: {names}</translation>
    </message>
    <message>
        <source>EEVE</source>
        <translation>EEVE</translation>
    </message>
    <message>
        <source>EXAONE 3</source>
        <translation>EXAONE 3</translation>
    </message>
    <message>
        <source>EXAONE 4</source>
        <translation>EXAONE 4</translation>
    </message>
    <message>
        <source>EXAONE 4, thinking first</source>
        <translation>EXAONE 4 (생각하고 답하기)</translation>
    </message>
    <message>
        <source>Gemma 1 to 3</source>
        <translation>Gemma 1~3</translation>
    </message>
    <message>
        <source>Gemma 4</source>
        <translation>Gemma 4</translation>
    </message>
    <message>
        <source>Gemma 4 (small models)</source>
        <translation>Gemma 4 (작은 모델)</translation>
    </message>
    <message>
        <source>HyperCLOVA X SEED</source>
        <translation>HyperCLOVA X SEED</translation>
    </message>
    <message>
        <source>KULLM v2 (Korean instruction)</source>
        <translation>KULLM v2 (한국어 지시)</translation>
    </message>
    <message>
        <source>KULLM v2, a line break before the answer</source>
        <translation>KULLM v2 (응답 앞에서 줄 바꿈)</translation>
    </message>
    <message>
        <source>KoAlpaca</source>
        <translation>KoAlpaca</translation>
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
        <translation>질문과 답변 (Q: A:)</translation>
    </message>
    <message>
        <source>Question and answer, several lines</source>
        <translation>질문과 답변 (여러 줄 답변)</translation>
    </message>
    <message>
        <source>Qwen 3</source>
        <translation>Qwen 3</translation>
    </message>
    <message>
        <source>Qwen 3, thinking first</source>
        <translation>Qwen 3 (생각하고 답하기)</translation>
    </message>
    <message>
        <source>SOLAR</source>
        <translation>SOLAR</translation>
    </message>
    <message>
        <source>The model&apos;s own</source>
        <translation>모델의 템플릿</translation>
    </message>
    <message>
        <source>There is no chat template called {name}.</source>
        <translation>‘{name}’ 채팅 템플릿은 없어요.</translation>
    </message>
    <message>
        <source>gpt-oss</source>
        <translation>gpt-oss</translation>
    </message>
    <message>
        <source>komt (instruction and response)</source>
        <translation>komt (지시와 응답)</translation>
    </message>
    <message>
        <source>komt Mistral</source>
        <translation>komt Mistral</translation>
    </message>
    <message>
        <source>komt, a space before the response</source>
        <translation>komt (응답 앞에 한 칸)</translation>
    </message>
</context>
<context>
    <name>ChatTemplates</name>
    <message>
        <source>It says: {reason}</source>
        <translation>이유: {reason}</translation>
    </message>
    <message>
        <source>The chat template makes no prompt.</source>
        <translation>이 채팅 템플릿으로는 프롬프트를 만들 수 없어요.</translation>
    </message>
    <message>
        <source>There is nowhere to keep chat templates.</source>
        <translation>채팅 템플릿을 저장할 곳이 없어요.</translation>
    </message>
    <message>
        <source>only the last question is sent</source>
        <translation>마지막 질문만 보냄</translation>
    </message>
    <message>
        <source>only the last {count} questions are sent</source>
        <translation>마지막 질문 {count}개만 보냄</translation>
    </message>
</context>
<context>
    <name>ChatView</name>
    <message>
        <source>Show earlier messages</source>
        <translation>이전 메시지 더 보기</translation>
    </message>
    <message>
        <source>Show later messages</source>
        <translation>다음 메시지 더 보기</translation>
    </message>
    <message>
        <source>Show the messages that follow</source>
        <translation>이어지는 메시지 보기</translation>
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
        <source>--role needs user, assistant or system, not “{value}”.</source>
        <translation>--role에는 user, assistant, system 중 하나가 필요해요. {value:은/는} 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>Give a shorter text.</source>
        <translation>더 짧은 글을 넣어 주세요.</translation>
    </message>
    <message>
        <source>Save the text as UTF-8, then try again.</source>
        <translation>글을 UTF-8로 저장한 뒤 다시 해 보세요.</translation>
    </message>
    <message>
        <source>See kochat --help.</source>
        <translation>kochat --help를 봐 주세요.</translation>
    </message>
    <message>
        <source>Something could not be read or written: {reason}</source>
        <translation>읽거나 쓰지 못했어요: {reason}</translation>
    </message>
    <message>
        <source>Start it in a desktop session, over ssh -X, or on a virtual display: xvfb-run -a kochat. Commands such as kochat ask need no display.</source>
        <translation>데스크톱에서 실행하거나, ssh -X로 접속하거나, 가상 화면에서 열어 주세요: xvfb-run -a kochat. kochat ask 같은 명령은 화면 없이도 쓸 수 있어요.</translation>
    </message>
    <message>
        <source>The scale of --adapter is from 0 to {most}, not {scale}.</source>
        <translation>--adapter의 세기는 0부터 {most}까지예요. {scale:은/는} 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>The standard input is longer than {most} MB.</source>
        <translation>표준 입력이 {most} MB보다 길어요.</translation>
    </message>
    <message>
        <source>The standard input is no text in UTF-8, UTF-16 or CP949.</source>
        <translation>표준 입력이 UTF-8, UTF-16, CP949로 쓴 글이 아니에요.</translation>
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
        <source>There is nothing with the number {value}.</source>
        <translation>번호가 {value}인 것이 없어요.</translation>
    </message>
    <message>
        <source>Use a terminal that is set to UTF-8.</source>
        <translation>터미널의 문자 인코딩을 UTF-8로 바꿔 주세요.</translation>
    </message>
    <message>
        <source>{argument} is missing.</source>
        <translation>{argument:이/가} 빠졌어요.</translation>
    </message>
    <message>
        <source>{option} is no text in UTF-8.</source>
        <translation>{option}에 쓴 글이 UTF-8이 아니에요.</translation>
    </message>
    <message>
        <source>{option} needs a date such as 2026-01-31, not “{value}”.</source>
        <translation>{option}에는 2026-01-31 같은 날짜가 필요해요. {value:은/는} 날짜가 아니에요.</translation>
    </message>
    <message>
        <source>{option} needs a number from 1 on, not “{value}”.</source>
        <translation>{option}에는 1 이상의 숫자가 필요해요. {value:은/는} 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>{option} needs a number, not “{value}”.</source>
        <translation>{option}에는 숫자가 필요해요. {value:은/는} 숫자가 아니에요.</translation>
    </message>
    <message>
        <source>{option} was given the wrong number of values.</source>
        <translation>{option}에 준 값의 개수가 맞지 않아요.</translation>
    </message>
    <message>
        <source>{what}: {percent}%</source>
        <translation>{what}: {percent}%</translation>
    </message>
</context>
<context>
    <name>CliAsk</name>
    <message>
        <source>For this model there are: {names}</source>
        <translation>이 모델에 쓸 수 있는 프리셋: {names}</translation>
    </message>
    <message>
        <source>Getting the model ready</source>
        <translation>모델 준비 중</translation>
    </message>
    <message>
        <source>The engine cannot do this, so it is left out: {names}</source>
        <translation>엔진이 지원하지 않아 빼고 생성해요: {names}</translation>
    </message>
    <message>
        <source>The model ended its answer without any text.</source>
        <translation>모델이 글을 하나도 쓰지 않고 답을 끝냈어요.</translation>
    </message>
    <message>
        <source>There is no preset called {name}.</source>
        <translation>‘{name}’ 프리셋은 없어요.</translation>
    </message>
    <message>
        <source>There is nothing to ask.</source>
        <translation>보낼 글이 비어 있어요.</translation>
    </message>
    <message>
        <source>{count} messages did not fit and were left out.</source>
        <translation>메시지 {count}개는 컨텍스트 길이를 넘어서 빠졌어요.</translation>
    </message>
    <message>
        <source>{option} is above {least} and at most {most}, not {value}.</source>
        <translation>{option}의 값은 {least}보다 크고 {most} 이하여야 해요. {value:은/는} 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>{option} is from {least} to {most}, not {value}.</source>
        <translation>{option}의 값은 {least}부터 {most}까지예요. {value:은/는} 쓸 수 없어요.</translation>
    </message>
</context>
<context>
    <name>CliHelp</name>
    <message>
        <source>0 to 2; 0 always takes the likeliest</source>
        <translation>0~2. 0이면 늘 가장 그럴듯한 토큰을 골라요</translation>
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
        <source>LoRA adapter and its scale from 0 to 4; may be repeated</source>
        <translation>LoRA 어댑터와 세기(0~4). 여러 번 쓸 수 있어요</translation>
    </message>
    <message>
        <source>a name from the list, or the path of a model file or folder</source>
        <translation>목록에 있는 이름, 또는 모델 파일이나 폴더의 경로</translation>
    </message>
    <message>
        <source>answers of the model with this name</source>
        <translation>이 이름의 모델이 쓴 답변만</translation>
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
        <translation>채팅 템플릿 이름</translation>
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
        <source>context length in tokens</source>
        <translation>컨텍스트 길이 (토큰)</translation>
    </message>
    <message>
        <source>conversations in this folder</source>
        <translation>이 폴더의 대화만</translation>
    </message>
    <message>
        <source>conversations with this tag</source>
        <translation>이 태그가 붙은 대화만</translation>
    </message>
    <message>
        <source>copy all conversations now</source>
        <translation>지금 모든 대화를 백업해요</translation>
    </message>
    <message>
        <source>engine to run models with; chosen by itself when not given</source>
        <translation>모델을 실행할 엔진. 없으면 알아서 골라요</translation>
    </message>
    <message>
        <source>engine to run the model with</source>
        <translation>모델을 실행할 엔진</translation>
    </message>
    <message>
        <source>exported files, archives, or folders with them</source>
        <translation>내보낸 파일, 압축 파일, 또는 그것이 든 폴더</translation>
    </message>
    <message>
        <source>file or folder to make it in; the models folder if not given</source>
        <translation>만들 파일이나 폴더. 없으면 모델 폴더에 만들어요</translation>
    </message>
    <message>
        <source>file, or folder for several conversations</source>
        <translation>파일. 대화가 여럿이면 폴더</translation>
    </message>
    <message>
        <source>find messages and titles, newest first</source>
        <translation>메시지와 제목을 찾아 새것부터 보여 줘요</translation>
    </message>
    <message>
        <source>first day, such as 2026-01-31</source>
        <translation>첫날 (예: 2026-01-31)</translation>
    </message>
    <message>
        <source>how many hits are shown, the newest; 50 if not given</source>
        <translation>새것부터 몇 개를 보여 줄지 (기본값 50)</translation>
    </message>
    <message>
        <source>keep all data, settings and caches in this folder (or KOCHAT_PROFILE)</source>
        <translation>데이터, 설정, 캐시를 모두 이 폴더에 둬요 (KOCHAT_PROFILE로도 정할 수 있어요)</translation>
    </message>
    <message>
        <source>kept conversations</source>
        <translation>저장된 대화</translation>
    </message>
    <message>
        <source>last day</source>
        <translation>마지막 날</translation>
    </message>
    <message>
        <source>list all models</source>
        <translation>모든 모델을 보여 줘요</translation>
    </message>
    <message>
        <source>list the backups, or put one in the place of the conversations</source>
        <translation>백업을 나열하거나, 하나를 골라 그때의 대화로 되돌려요</translation>
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
        <source>look for damage in all of them</source>
        <translation>저장된 대화가 손상되지 않았는지 살펴요</translation>
    </message>
    <message>
        <source>make a GGUF file of a model in another format</source>
        <translation>다른 형식의 모델로 GGUF 파일을 만들어요</translation>
    </message>
    <message>
        <source>make a smaller GGUF file of a model</source>
        <translation>모델로 더 작은 GGUF 파일을 만들어요</translation>
    </message>
    <message>
        <source>md, html, txt, pdf, json (everything, to import again), sharegpt or instruction (training data); that of the file&apos;s ending when not given</source>
        <translation>md, html, txt, pdf, json(다시 가져올 수 있게 전부), sharegpt나 instruction(학습 데이터). 없으면 파일 이름의 끝을 보고 정해요</translation>
    </message>
    <message>
        <source>messages of user, assistant or system</source>
        <translation>user, assistant, system 중 누구의 메시지인지</translation>
    </message>
    <message>
        <source>model file or folder; it stays where it is</source>
        <translation>모델 파일이나 폴더. 있던 곳에 그대로 둬요</translation>
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
        <source>newest, a name from the list, or a path</source>
        <translation>newest(가장 새것), 목록에 있는 이름, 또는 경로</translation>
    </message>
    <message>
        <source>number from the list</source>
        <translation>목록에 있는 번호</translation>
    </message>
    <message>
        <source>numbers from the list</source>
        <translation>목록에 있는 번호들</translation>
    </message>
    <message>
        <source>one message alone</source>
        <translation>메시지 하나만</translation>
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
        <source>put a model on the list</source>
        <translation>모델을 목록에 추가해요</translation>
    </message>
    <message>
        <source>quantization level, such as q4_k_m</source>
        <translation>양자화 단계 (예: q4_k_m)</translation>
    </message>
    <message>
        <source>sampling as a model&apos;s card has it</source>
        <translation>모델 카드대로 생성하는 프리셋 이름</translation>
    </message>
    <message>
        <source>show exactly what is sent to a model</source>
        <translation>모델에 보내는 글을 그대로 보여 줘요</translation>
    </message>
    <message>
        <source>show how a model splits a text into tokens</source>
        <translation>모델이 글을 토큰으로 어떻게 나누는지 보여 줘요</translation>
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
        <source>take over conversations of ChatGPT, Open WebUI, LM Studio, Jan, GPT4All or KoChat</source>
        <translation>ChatGPT, Open WebUI, LM Studio, Jan, GPT4All, KoChat의 대화 가져오기</translation>
    </message>
    <message>
        <source>tell file size and memory of a model before making anything</source>
        <translation>모델을 만들기 전에 파일 크기와 메모리를 알려 줘요</translation>
    </message>
    <message>
        <source>the conversations of a folder</source>
        <translation>폴더 하나에 든 대화</translation>
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
        <source>the text; - reads the standard input</source>
        <translation>나눌 글. -이면 표준 입력에서 읽어요</translation>
    </message>
    <message>
        <source>usage: </source>
        <translation>사용법: </translation>
    </message>
    <message>
        <source>with the tokenizer.json that a GGML file was trained with</source>
        <translation>GGML 파일의 원본 모델에 있던 tokenizer.json이나 그 폴더</translation>
    </message>
    <message>
        <source>words that a message holds; &quot;exact phrases&quot; in quotes</source>
        <translation>찾을 낱말. 따옴표로 묶으면 &quot;구절 그대로&quot; 찾아요</translation>
    </message>
    <message>
        <source>write conversations as files; all if none is named</source>
        <translation>대화를 파일로 내보내기. 고르지 않으면 전부</translation>
    </message>
</context>
<context>
    <name>CliHistory</name>
    <message>
        <source>(untitled)</source>
        <translation>(제목 없음)</translation>
    </message>
    <message>
        <source>All is well: {conversations} conversations, {messages} messages.</source>
        <translation>이상 없어요: 대화 {conversations}개, 메시지 {messages}개</translation>
    </message>
    <message>
        <source>Choose one of these: {names}.</source>
        <translation>다음 중에서 골라 주세요: {names}.</translation>
    </message>
    <message>
        <source>Exporting</source>
        <translation>내보내는 중</translation>
    </message>
    <message>
        <source>Not taken: {kinds}.</source>
        <translation>가져오지 않은 것: {kinds}.</translation>
    </message>
    <message>
        <source>Start KoChat and chat first, or choose a profile with --profile.</source>
        <translation>먼저 KoChat에서 대화하거나, --profile로 프로필을 골라 주세요.</translation>
    </message>
    <message>
        <source>The conversations are as they were in {path}.</source>
        <translation>백업 {path}의 대화로 되돌렸어요.</translation>
    </message>
    <message>
        <source>There are no stored conversations.</source>
        <translation>저장된 대화가 없어요.</translation>
    </message>
    <message>
        <source>There is no backup yet.</source>
        <translation>아직 백업이 없어요.</translation>
    </message>
    <message>
        <source>There is no conversation {number}.</source>
        <translation>{number}번 대화가 없어요.</translation>
    </message>
    <message>
        <source>There is no folder “{name}”.</source>
        <translation>“{name}” 폴더가 없어요.</translation>
    </message>
    <message>
        <source>There is no format “{name}”.</source>
        <translation>“{name}” 형식은 없어요.</translation>
    </message>
    <message>
        <source>What was there before is kept in {path}.</source>
        <translation>되돌리기 전의 대화는 여기에 남겨 뒀어요: {path}</translation>
    </message>
    <message>
        <source>answer</source>
        <translation>답변</translation>
    </message>
    <message>
        <source>kochat history backup makes one.</source>
        <translation>kochat history backup으로 만들 수 있어요.</translation>
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
        <source>title</source>
        <translation>제목</translation>
    </message>
    <message>
        <source>you</source>
        <translation>나</translation>
    </message>
    <message>
        <source>{count} characters that the fonts lack became boxes.</source>
        <translation>글꼴에 없는 글자 {count}개는 네모로 적었어요.</translation>
    </message>
    <message>
        <source>{count} conversations have no answer to train on.</source>
        <translation>대화 {count}개에는 학습에 쓸 답변이 없어요.</translation>
    </message>
    <message>
        <source>{count} were there already.</source>
        <translation>{count}개는 이미 있어요.</translation>
    </message>
    <message>
        <source>{name} ({program}): {conversations} conversations, {messages} messages.</source>
        <translation>{name}({program}): 대화 {conversations}개, 메시지 {messages}개를 가져왔어요.</translation>
    </message>
</context>
<context>
    <name>CliModels</name>
    <message>
        <source>--context is from {least} to {most}, not {value}.</source>
        <translation>--context는 {least}부터 {most}까지예요. {value:은/는} 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>A base model: it continues texts.</source>
        <translation>바탕 모델이에요. 대화하지 않고 글을 이어 써요.</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>구조</translation>
    </message>
    <message>
        <source>Ask with --adapter, or add it to a model on the models page of the window.</source>
        <translation>kochat ask에 --adapter로 주거나, 창의 모델 관리에서 모델에 추가해 주세요.</translation>
    </message>
    <message>
        <source>Can</source>
        <translation>할 수 있는 일</translation>
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
        <source>Format</source>
        <translation>형식</translation>
    </message>
    <message>
        <source>GGML of 2023</source>
        <translation>2023년 GGML</translation>
    </message>
    <message>
        <source>GGUF</source>
        <translation>GGUF</translation>
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
        <source>PyTorch checkpoint folder</source>
        <translation>PyTorch 체크포인트 폴더</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>The model was not put on the list.</source>
        <translation>모델을 목록에 올리지 못했어요.</translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation>어휘</translation>
    </message>
    <message>
        <source>be quantized</source>
        <translation>양자화</translation>
    </message>
    <message>
        <source>become a GGUF file</source>
        <translation>GGUF로 변환</translation>
    </message>
    <message>
        <source>chosen for this model</source>
        <translation>이 모델에 골라 둔 템플릿이에요</translation>
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
        <source>run with adapters</source>
        <translation>어댑터</translation>
    </message>
    <message>
        <source>safetensors folder</source>
        <translation>safetensors 폴더</translation>
    </message>
    <message>
        <source>script</source>
        <translation>각본</translation>
    </message>
    <message>
        <source>too large for the memory</source>
        <translation>메모리보다 커요</translation>
    </message>
    <message>
        <source>{model}, context length {context}</source>
        <translation>{model}, 컨텍스트 길이 {context}</translation>
    </message>
    <message>
        <source>{name} is an adapter, not a whole model.</source>
        <translation>{name:은/는} 모델이 아니라 어댑터예요.</translation>
    </message>
    <message>
        <source>{size} of memory</source>
        <translation>메모리 {size}</translation>
    </message>
</context>
<context>
    <name>CliTokens</name>
    <message>
        <source>Chat template</source>
        <translation>채팅 템플릿</translation>
    </message>
    <message>
        <source>Ends the answer</source>
        <translation>답변을 끝내는 글</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>토큰 {count}개</translation>
    </message>
    <message>
        <source>{count} tokens for {characters} characters, {rate} for each character</source>
        <translation>글자 {characters}개에 토큰 {count}개, 글자당 {rate}개</translation>
    </message>
</context>
<context>
    <name>ClosingQuestion</name>
    <message>
        <source>Close anyway</source>
        <translation>그래도 닫기</translation>
    </message>
    <message>
        <source>Closed now, this is lost. As long as KoChat is open, it stores it by itself as soon as the disk takes it.</source>
        <translation>지금 닫으면 사라져요. 열어 두면 디스크에 저장할 수 있게 되는 대로 KoChat이 알아서 저장해요.</translation>
    </message>
    <message>
        <source>Keep open</source>
        <translation>계속 열어 두기</translation>
    </message>
    <message>
        <source>Not everything could be stored yet.</source>
        <translation>아직 저장하지 못한 것이 있어요.</translation>
    </message>
    <message>
        <source>{count} answers</source>
        <translation>답변 {count}개</translation>
    </message>
    <message>
        <source>{count} conversations</source>
        <translation>대화 {count}개</translation>
    </message>
    <message>
        <source>{count} messages that are being changed</source>
        <translation>고치던 메시지 {count}개</translation>
    </message>
    <message>
        <source>{count} settings of conversations</source>
        <translation>대화 설정 {count}개</translation>
    </message>
    <message>
        <source>{count} texts that are not sent yet</source>
        <translation>쓰던 글 {count}개</translation>
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
        <translation>메시지가 너무 길어서 보내지 못했어요. 메시지는 {prompt}토큰인데 컨텍스트 길이는 {window}토큰이에요.</translation>
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
    <name>DaysDialog</name>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Choose days</source>
        <translation>날짜 고르기</translation>
    </message>
    <message>
        <source>First day</source>
        <translation>첫날</translation>
    </message>
    <message>
        <source>Last day</source>
        <translation>마지막 날</translation>
    </message>
    <message>
        <source>Search these days</source>
        <translation>이 날짜에서 찾기</translation>
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
        <translation>입력기가 설정되지 않아 한글을 입력할 수 없어요. ibus-hangul을 설치하고 QT_IM_MODULE=ibus로 설정해 주세요.</translation>
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
        <translation>함께 든 한글 글꼴이 없어요. KoChat을 다시 설치해 주세요.</translation>
    </message>
    <message>
        <source>The disk is nearly full: free at least 1 GB for models.</source>
        <translation>디스크가 거의 찼어요. 모델을 두려면 1 GB 이상 비워 주세요.</translation>
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
        <translation>없어요. 모델은 CPU로 실행해요</translation>
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
        <source>not installed (for transformers: pip install -e &apos;.[gpu]&apos;)</source>
        <translation>설치되지 않았어요 (transformers 엔진에 필요해요: pip install -e &apos;.[gpu]&apos;)</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>쓸 수 있어요</translation>
    </message>
    <message>
        <source>{available} GB free of {total} GB</source>
        <translation>{total} GB 가운데 {available} GB 비어 있음</translation>
    </message>
    <message>
        <source>{model}, {cores} cores ({threads} threads)</source>
        <translation>{model}, 코어 {cores}개 (스레드 {threads}개)</translation>
    </message>
    <message>
        <source>{name} is missing: pip install {name}</source>
        <translation>{name:이/가} 없어요. 이렇게 설치해 주세요: pip install {name}</translation>
    </message>
    <message>
        <source>{path} is not writable: change its permissions or use --profile.</source>
        <translation>{path}에 쓸 수 없어요. 권한을 바꾸거나 --profile로 다른 폴더를 골라 주세요.</translation>
    </message>
    <message>
        <source>{path}: a file stands where a folder should be. Move it or use --profile.</source>
        <translation>{path}: 폴더가 있어야 할 자리에 파일이 있어요. 그 파일을 옮기거나 --profile로 다른 폴더를 골라 주세요.</translation>
    </message>
    <message>
        <source>{path}: a folder stands where a file should be. Move it or use --profile.</source>
        <translation>{path}: 파일이 있어야 할 자리에 폴더가 있어요. 그 폴더를 옮기거나 --profile로 다른 폴더를 골라 주세요.</translation>
    </message>
</context>
<context>
    <name>DropTarget</name>
    <message>
        <source>Drop it here to open it</source>
        <translation>여기에 놓으면 열려요</translation>
    </message>
    <message>
        <source>Drop one model or adapter. For a model of several files, drop its folder.</source>
        <translation>모델이나 어댑터를 하나씩 놓아 주세요. 파일이 여러 개인 모델은 폴더째 놓으면 돼요.</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>바뀐 것은 없어요.</translation>
    </message>
    <message>
        <source>Save the file first, then drop it here.</source>
        <translation>파일을 먼저 저장한 다음 여기에 놓아 주세요.</translation>
    </message>
    <message>
        <source>Several files were dropped at once.</source>
        <translation>파일을 한 번에 여러 개 놓았어요.</translation>
    </message>
    <message>
        <source>What was dropped is not a file on this computer.</source>
        <translation>이 컴퓨터에 있는 파일이 아니라서 열 수 없어요.</translation>
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
    <message>
        <source>What you write here stays in memory: no file, no backup and no search will have it.</source>
        <translation>여기에 쓴 글은 메모리에만 있어요. 파일에도, 백업에도, 검색에도 남지 않아요.</translation>
    </message>
</context>
<context>
    <name>Engine</name>
    <message>
        <source>Load the whole model to chat with it.</source>
        <translation>대화하려면 모델 전체를 불러와 주세요.</translation>
    </message>
    <message>
        <source>Only the vocabulary of this model is loaded.</source>
        <translation>이 모델은 어휘만 불러왔어요.</translation>
    </message>
</context>
<context>
    <name>EngineChild</name>
    <message>
        <source>Close other programs, or choose a smaller model, quantization or context length.</source>
        <translation>다른 프로그램을 닫거나, 더 작은 모델, 양자화 단계, 컨텍스트 길이를 골라 주세요.</translation>
    </message>
    <message>
        <source>There was not enough memory for this.</source>
        <translation>메모리가 모자라요.</translation>
    </message>
    <message>
        <source>Your conversations are safe.</source>
        <translation>대화는 안전해요.</translation>
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
        <translation>다른 프로그램을 닫거나, 더 작은 양자화 단계나 더 짧은 컨텍스트 길이를 골라 주세요.</translation>
    </message>
    <message>
        <source>Loading the model got stuck for {seconds} seconds and was ended.</source>
        <translation>모델을 불러오는 일이 {seconds}초 동안 나아가지 않아서 엔진을 끝냈어요.</translation>
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
        <translation>메시지를 읽는 일이 {seconds}초 동안 나아가지 않아서 엔진을 끝냈어요.</translation>
    </message>
    <message>
        <source>Shorten the message.</source>
        <translation>메시지를 줄여 주세요.</translation>
    </message>
    <message>
        <source>The answer got stuck for {seconds} seconds and was ended.</source>
        <translation>답변이 {seconds}초 동안 이어지지 않아서 엔진을 끝냈어요.</translation>
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
        <source>The engine {engine} cannot run a model of the kind {format}.</source>
        <translation>{engine} 엔진은 {format} 형식의 모델을 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>The engine&apos;s library met a state it cannot handle and ended itself ({cause}).</source>
        <translation>라이브러리가 처리할 수 없는 상태를 만나 엔진이 멈췄어요({cause}).</translation>
    </message>
    <message>
        <source>The engine&apos;s library needs a newer processor than this one ({cause}).</source>
        <translation>이 컴퓨터의 CPU에서는 엔진의 라이브러리를 쓸 수 없어요({cause}).</translation>
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
        <translation>대화는 안전해요.</translation>
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
        <translation>대화는 안전해요.</translation>
    </message>
    <message>
        <source>llama-cpp-python is not installed.</source>
        <translation>llama-cpp-python이 설치되지 않았어요.</translation>
    </message>
    <message>
        <source>torch and transformers are not installed. In KoChat&apos;s folder, python3 -m pip install -e &quot;.[gpu]&quot; in its .venv brings them.</source>
        <translation>torch와 transformers가 설치되지 않았어요. KoChat 폴더의 .venv에서 python3 -m pip install -e &quot;.[gpu]&quot;를 실행하면 설치돼요.</translation>
    </message>
</context>
<context>
    <name>Exchange</name>
    <message>
        <source>Answer</source>
        <translation>답변</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>다른 폴더를 골라 주세요.</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>다른 이름을 골라 주세요.</translation>
    </message>
    <message>
        <source>Everything, to import again (JSON)</source>
        <translation>다시 가져올 수 있게 전부 (JSON)</translation>
    </message>
    <message>
        <source>Export it again, and choose the new file.</source>
        <translation>쓰던 프로그램에서 다시 내보낸 파일을 골라 보세요.</translation>
    </message>
    <message>
        <source>Export the other conversations, and this one in another format.</source>
        <translation>다른 대화는 그대로 내보내고, 이 대화는 다른 형식으로 내보내세요.</translation>
    </message>
    <message>
        <source>Export them in parts: folder by folder, or some conversations at a time.</source>
        <translation>폴더별로, 또는 대화 몇 개씩 나누어 내보내세요.</translation>
    </message>
    <message>
        <source>Failed: {error}</source>
        <translation>실패: {error}</translation>
    </message>
    <message>
        <source>From {program}</source>
        <translation>{program}에서 가져옴</translation>
    </message>
    <message>
        <source>It reads the exports of KoChat, ChatGPT, Open WebUI, LM Studio, Jan and GPT4All.</source>
        <translation>KoChat, ChatGPT, Open WebUI, LM Studio, Jan, GPT4All에서 내보낸 것을 읽어요.</translation>
    </message>
    <message>
        <source>It stays as it is.</source>
        <translation>그 파일은 그대로예요.</translation>
    </message>
    <message>
        <source>KoChat conversations</source>
        <translation>KoChat 대화</translation>
    </message>
    <message>
        <source>Make some room, or choose another disk.</source>
        <translation>자리를 만들거나 다른 디스크를 골라 주세요.</translation>
    </message>
    <message>
        <source>Make some room, then import it again.</source>
        <translation>공간을 비운 뒤 이 파일을 다시 가져와 주세요.</translation>
    </message>
    <message>
        <source>Markdown</source>
        <translation>마크다운</translation>
    </message>
    <message>
        <source>Nothing is selected.</source>
        <translation>고른 것이 없어요.</translation>
    </message>
    <message>
        <source>Nothing of it was taken.</source>
        <translation>여기서는 아무것도 가져오지 않았어요.</translation>
    </message>
    <message>
        <source>Nothing of this file was taken over.</source>
        <translation>이 파일에서 가져온 대화는 없어요.</translation>
    </message>
    <message>
        <source>PDF</source>
        <translation>PDF</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>그림</translation>
    </message>
    <message>
        <source>Plain text</source>
        <translation>일반 텍스트</translation>
    </message>
    <message>
        <source>See that the disk can be written, then import again.</source>
        <translation>디스크에 쓸 수 있는지 확인한 뒤 다시 가져와 주세요.</translation>
    </message>
    <message>
        <source>System message</source>
        <translation>시스템 지시</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>시스템 프롬프트</translation>
    </message>
    <message>
        <source>The answer ends here unfinished.</source>
        <translation>답변이 여기서 끊겼어요.</translation>
    </message>
    <message>
        <source>There are no conversations.</source>
        <translation>대화가 없어요.</translation>
    </message>
    <message>
        <source>There is a file {path} already.</source>
        <translation>{path} 파일이 이미 있어요.</translation>
    </message>
    <message>
        <source>There is no room for {path}.</source>
        <translation>{path:을/를} 저장할 자리가 없어요.</translation>
    </message>
    <message>
        <source>There is not enough room for these conversations in {path}.</source>
        <translation>{path} 폴더가 있는 디스크에 이 대화를 담을 공간이 모자라요.</translation>
    </message>
    <message>
        <source>These conversations are too many for one file that can be imported again.</source>
        <translation>대화가 너무 많아서, 다시 가져올 수 있는 파일 하나에 다 담을 수 없어요.</translation>
    </message>
    <message>
        <source>Training data: Alpaca (JSONL)</source>
        <translation>학습 데이터: Alpaca (JSONL)</translation>
    </message>
    <message>
        <source>Training data: ShareGPT (JSONL)</source>
        <translation>학습 데이터: ShareGPT (JSONL)</translation>
    </message>
    <message>
        <source>Untitled conversation</source>
        <translation>제목 없는 대화</translation>
    </message>
    <message>
        <source>Update KoChat, then import it again.</source>
        <translation>KoChat을 업데이트하고 다시 가져와 주세요.</translation>
    </message>
    <message>
        <source>Web page (HTML)</source>
        <translation>웹 페이지 (HTML)</translation>
    </message>
    <message>
        <source>You</source>
        <translation>나</translation>
    </message>
    <message>
        <source>Your conversations are safe.</source>
        <translation>대화는 안전해요.</translation>
    </message>
    <message>
        <source>{count} empty messages</source>
        <translation>빈 메시지 {count}개</translation>
    </message>
    <message>
        <source>{count} files</source>
        <translation>파일 {count}개</translation>
    </message>
    <message>
        <source>{count} hidden messages</source>
        <translation>숨은 메시지 {count}개</translation>
    </message>
    <message>
        <source>{count} images</source>
        <translation>그림 {count}개</translation>
    </message>
    <message>
        <source>{count} messages of unknown senders</source>
        <translation>보낸 쪽을 모르는 메시지 {count}개</translation>
    </message>
    <message>
        <source>{count} tool calls</source>
        <translation>도구 호출 {count}개</translation>
    </message>
    <message>
        <source>{count} trains of thought</source>
        <translation>생각 과정 {count}개</translation>
    </message>
    <message>
        <source>{count} unreadable messages</source>
        <translation>읽을 수 없는 메시지 {count}개</translation>
    </message>
    <message>
        <source>{name} holds no conversations that KoChat can read.</source>
        <translation>{name}에는 KoChat이 읽을 수 있는 대화가 없어요.</translation>
    </message>
    <message>
        <source>{name} is a chat of GPT4All in its format {version}, which is unknown.</source>
        <translation>{name:은/는} KoChat이 모르는 GPT4All 형식({version})이에요.</translation>
    </message>
    <message>
        <source>{name} is an archive that cannot be read.</source>
        <translation>{name:은/는} 읽을 수 없는 압축 파일이에요.</translation>
    </message>
    <message>
        <source>{name} is damaged or too large.</source>
        <translation>{name:이/가} 손상됐거나 너무 커요.</translation>
    </message>
    <message>
        <source>{name} is too large.</source>
        <translation>{name:이/가} 너무 커요.</translation>
    </message>
    <message>
        <source>{name} was written by a newer KoChat.</source>
        <translation>{name:은/는} 더 새로운 KoChat에서 만든 파일이에요.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}</source>
        <translation>{path:을/를} 읽을 수 없어요: {reason}</translation>
    </message>
    <message>
        <source>{path} cannot be written: {reason}</source>
        <translation>{path:을/를} 쓸 수 없어요: {reason}</translation>
    </message>
    <message>
        <source>“{title}” has a message that is too long to be imported again.</source>
        <translation>‘{title}’에 다시 가져올 수 없을 만큼 긴 메시지가 있어요.</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Choose a place…</source>
        <translation>저장할 곳 고르기…</translation>
    </message>
    <message>
        <source>Convert and save</source>
        <translation>변환해서 저장하기</translation>
    </message>
    <message>
        <source>GGUF files (*.gguf)</source>
        <translation>GGUF 파일 (*.gguf)</translation>
    </message>
    <message>
        <source>Quantization level</source>
        <translation>양자화 단계</translation>
    </message>
    <message>
        <source>Save a GGUF file</source>
        <translation>GGUF 파일 저장</translation>
    </message>
    <message>
        <source>The model is saved as one GGUF file that other programs can open, too. The model itself stays as it is.</source>
        <translation>다른 프로그램에서도 열 수 있는 GGUF 파일 하나로 저장해요. 원본 모델은 그대로 있어요.</translation>
    </message>
</context>
<context>
    <name>ExportPage</name>
    <message>
        <source>All conversations</source>
        <translation>모든 대화</translation>
    </message>
    <message>
        <source>As what</source>
        <translation>무엇으로 내보낼까요</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Choose a place…</source>
        <translation>저장할 곳 고르기…</translation>
    </message>
    <message>
        <source>Export conversations</source>
        <translation>대화 내보내기</translation>
    </message>
    <message>
        <source>Exporting the conversations…</source>
        <translation>대화를 내보내고 있어요…</translation>
    </message>
    <message>
        <source>For note programs; code and tables stay what they are</source>
        <translation>메모 앱에서 읽기 좋고, 코드와 표가 그대로 남아요</translation>
    </message>
    <message>
        <source>For printing and handing on</source>
        <translation>인쇄하거나 남에게 보내기 좋아요</translation>
    </message>
    <message>
        <source>One file that every browser opens, drawn as here</source>
        <translation>웹 브라우저로 여는 파일 하나예요</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>폴더 열기</translation>
    </message>
    <message>
        <source>Questions with their answers, one a line, to train models with</source>
        <translation>질문과 답변을 한 줄씩 담아 모델을 학습시켜요</translation>
    </message>
    <message>
        <source>Saved as {name}.</source>
        <translation>{name:으로/로} 저장했어요.</translation>
    </message>
    <message>
        <source>The conversation “{title}”</source>
        <translation>대화 ‘{title}’</translation>
    </message>
    <message>
        <source>The folder “{name}”</source>
        <translation>폴더 ‘{name}’</translation>
    </message>
    <message>
        <source>The {count} selected conversations</source>
        <translation>고른 대화 {count}개</translation>
    </message>
    <message>
        <source>This message only</source>
        <translation>이 메시지만</translation>
    </message>
    <message>
        <source>Untitled conversation</source>
        <translation>제목 없는 대화</translation>
    </message>
    <message>
        <source>Where to export</source>
        <translation>내보낼 곳</translation>
    </message>
    <message>
        <source>Which conversations</source>
        <translation>어떤 대화를 내보낼까요</translation>
    </message>
    <message>
        <source>Whole conversations, one a line, to train models with</source>
        <translation>대화를 통째로 한 줄씩 담아 모델을 학습시켜요</translation>
    </message>
    <message>
        <source>With all branches and settings; KoChat takes it back</source>
        <translation>가지와 설정까지 모두 담고, KoChat으로 다시 가져와요</translation>
    </message>
    <message>
        <source>Without any form; opens everywhere</source>
        <translation>서식 없이 어디서나 열려요</translation>
    </message>
    <message>
        <source>{count} characters are shown as boxes.</source>
        <translation>글자 {count}개는 글꼴에 없어 네모로 나와요.</translation>
    </message>
    <message>
        <source>{count} conversations have nothing to train on.</source>
        <translation>대화 {count}개에는 학습할 답변이 없어 뺐어요.</translation>
    </message>
    <message>
        <source>{count} conversations were saved in {folder}.</source>
        <translation>대화 {count}개를 {folder}에 저장했어요.</translation>
    </message>
</context>
<context>
    <name>FileDialog</name>
    <message>
        <source>&amp;Look in:</source>
        <translation>찾을 위치(&amp;L):</translation>
    </message>
    <message>
        <source>Files of &amp;type:</source>
        <translation>파일 형식(&amp;T):</translation>
    </message>
</context>
<context>
    <name>FilterBar</name>
    <message>
        <source>Answers</source>
        <translation>답변</translation>
    </message>
    <message>
        <source>Choose days…</source>
        <translation>직접 고르기…</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>날짜</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>폴더</translation>
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
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>My messages</source>
        <translation>내 메시지</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>역할</translation>
    </message>
    <message>
        <source>System messages</source>
        <translation>시스템 지시</translation>
    </message>
    <message>
        <source>Tag</source>
        <translation>태그</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>오늘</translation>
    </message>
    <message>
        <source>{filter}: take this condition away</source>
        <translation>{filter}: 이 조건 없애기</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>Close (Esc)</source>
        <translation>닫기 (Esc)</translation>
    </message>
    <message>
        <source>Find in this conversation</source>
        <translation>이 대화에서 찾기</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>다음</translation>
    </message>
    <message>
        <source>Next hit (Enter, F3)</source>
        <translation>다음 찾은 곳 (Enter, F3)</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>없어요</translation>
    </message>
    <message>
        <source>Previous</source>
        <translation>이전</translation>
    </message>
    <message>
        <source>Previous hit (Shift+Enter, Shift+F3)</source>
        <translation>이전 찾은 곳 (Shift+Enter, Shift+F3)</translation>
    </message>
    <message>
        <source>This is in the part of a very long message that is left out here. Copy the message to see it.</source>
        <translation>아주 긴 메시지에서 줄여 보인 부분에 있어요. 메시지를 복사하면 볼 수 있어요.</translation>
    </message>
</context>
<context>
    <name>Header</name>
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
        <translation>양자화 단계 고르기 (Ctrl+L)</translation>
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
        <translation>비트가 적을수록 파일이 작고 답변이 빠르지만, 조금 덜 정확해요.</translation>
    </message>
    <message>
        <source>For better answers, open a larger Korean model: a GGUF file or a safetensors folder. Good ones for a computer with 8 GB of memory are Kanana 1.5 2.1B (Apache-2.0) and Mi:dm 2.0 Mini (MIT); Hugging Face has both as GGUF files.</source>
        <translation>더 나은 답변을 받으려면 더 큰 한국어 모델(GGUF 파일이나 safetensors 폴더)을 열어 보세요. 메모리가 8 GB인 컴퓨터에는 Kanana 1.5 2.1B(Apache-2.0)나 Mi:dm 2.0 Mini(MIT)가 알맞고, 둘 다 Hugging Face에서 GGUF 파일로 받을 수 있어요.</translation>
    </message>
    <message>
        <source>Looking up the model…</source>
        <translation>모델 확인 중…</translation>
    </message>
    <message>
        <source>Manage models…</source>
        <translation>모델 관리…</translation>
    </message>
    <message>
        <source>Models on this computer</source>
        <translation>이 컴퓨터의 모델</translation>
    </message>
    <message>
        <source>Open a file…</source>
        <translation>파일 열기…</translation>
    </message>
    <message>
        <source>Open a folder…</source>
        <translation>폴더 열기…</translation>
    </message>
    <message>
        <source>Parameters (Ctrl+P)</source>
        <translation>생성 설정 (Ctrl+P)</translation>
    </message>
    <message>
        <source>Quantization level</source>
        <translation>양자화 단계</translation>
    </message>
    <message>
        <source>Show all levels ({count} more)</source>
        <translation>모든 단계 보기 ({count}개 더)</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>With the transformers engine, for graphics cards:</source>
        <translation>transformers 엔진으로 쓰기 (GPU가 있을 때 알맞아요)</translation>
    </message>
</context>
<context>
    <name>HiddenMark</name>
    <message>
        <source>Not sent to the model</source>
        <translation>모델에게 보내지 않아요</translation>
    </message>
    <message>
        <source>Show again</source>
        <translation>다시 보여 주기</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>10,000 for almost every model of 2023.</source>
        <translation>2023년 모델은 거의 모두 10,000이에요.</translation>
    </message>
    <message>
        <source>1e-05 for Llama 2 and llama-2-ko, 1e-06 for LLaMA 1 and komt v1. A wrong value makes answers a little worse.</source>
        <translation>Llama 2와 llama-2-ko는 1e-05, LLaMA 1과 komt v1은 1e-06이에요. 값이 다르면 답변이 조금 나빠져요.</translation>
    </message>
    <message>
        <source>A GGML file of 2023 does not say everything that is needed. Likely values are filled in; change them only if the model&apos;s page says something else. The file itself stays as it is.</source>
        <translation>2023년 GGML 파일에는 필요한 값이 모두 들어 있지 않아요. 알맞은 값을 미리 채워 뒀으니, 모델을 받은 곳에 다른 값이 적혀 있을 때만 바꿔 주세요. 원본 파일은 그대로 있어요.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Choose tokenizer.json</source>
        <translation>tokenizer.json 고르기</translation>
    </message>
    <message>
        <source>Choose tokenizer.json…</source>
        <translation>tokenizer.json 고르기…</translation>
    </message>
    <message>
        <source>Context length</source>
        <translation>컨텍스트 길이</translation>
    </message>
    <message>
        <source>Do without</source>
        <translation>없이 열기</translation>
    </message>
    <message>
        <source>How many tokens the model was trained to look back on: 2,048 for LLaMA 1 and llama-2-ko, 4,096 for Llama 2.</source>
        <translation>모델이 한 번에 볼 수 있는 토큰 수예요. LLaMA 1과 llama-2-ko는 2,048, Llama 2는 4,096이에요.</translation>
    </message>
    <message>
        <source>Korean text is split correctly only with the original tokenizer.json. Without it the answers may be worse; it can be added later.</source>
        <translation>한국어 글이 토큰으로 제대로 나뉘려면 원본 tokenizer.json이 필요해요. 없으면 답변이 나빠질 수 있지만, 나중에 추가해도 돼요.</translation>
    </message>
    <message>
        <source>Norm epsilon</source>
        <translation>정규화 엡실론</translation>
    </message>
    <message>
        <source>Not chosen: the file&apos;s own vocabulary, repaired</source>
        <translation>고르지 않음: 파일의 어휘를 바로잡아 써요</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>열기</translation>
    </message>
    <message>
        <source>Open a GGML file</source>
        <translation>GGML 파일 열기</translation>
    </message>
    <message>
        <source>Original tokenizer.json</source>
        <translation>원본 tokenizer.json</translation>
    </message>
    <message>
        <source>RoPE base</source>
        <translation>RoPE 기준값</translation>
    </message>
    <message>
        <source>Tokenizers (*.json)</source>
        <translation>토크나이저 (*.json)</translation>
    </message>
</context>
<context>
    <name>ImportPage</name>
    <message>
        <source>All files (*)</source>
        <translation>모든 파일 (*)</translation>
    </message>
    <message>
        <source>All of these conversations were there already.</source>
        <translation>이미 모두 있는 대화예요.</translation>
    </message>
    <message>
        <source>Choose a folder with conversations</source>
        <translation>대화가 든 폴더 고르기</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>폴더 고르기…</translation>
    </message>
    <message>
        <source>Choose exported conversations</source>
        <translation>내보낸 대화 고르기</translation>
    </message>
    <message>
        <source>Choose files…</source>
        <translation>파일 고르기…</translation>
    </message>
    <message>
        <source>Choose what ChatGPT, Open WebUI, LM Studio, Jan, GPT4All or KoChat has exported. Archives (ZIP) need not be unpacked. It can be dropped onto the window, too.</source>
        <translation>ChatGPT, Open WebUI, LM Studio, Jan, GPT4All, KoChat에서 내보낸 것을 골라 주세요. 압축 파일(ZIP)은 풀지 않아도 돼요. 창에 끌어다 놓아도 돼요.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Everything imported is in the trash now.</source>
        <translation>가져온 대화를 모두 휴지통으로 옮겼어요.</translation>
    </message>
    <message>
        <source>Exported conversations (*.json *.zip *.chat *.jsonl)</source>
        <translation>내보낸 대화 (*.json *.zip *.chat *.jsonl)</translation>
    </message>
    <message>
        <source>Import conversations</source>
        <translation>대화 가져오기</translation>
    </message>
    <message>
        <source>Import the rest</source>
        <translation>나머지 가져오기</translation>
    </message>
    <message>
        <source>Import {count} conversations</source>
        <translation>대화 {count}개 가져오기</translation>
    </message>
    <message>
        <source>Importing the conversations…</source>
        <translation>대화를 가져오고 있어요…</translation>
    </message>
    <message>
        <source>Looking into the files…</source>
        <translation>파일을 살펴보고 있어요…</translation>
    </message>
    <message>
        <source>No conversations were imported.</source>
        <translation>가져온 대화가 없어요.</translation>
    </message>
    <message>
        <source>Not taken over: {list}</source>
        <translation>가져오지 않는 것: {list}</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>가져오기를 멈췄어요.</translation>
    </message>
    <message>
        <source>They come into a folder named after the program. Conversations that are there already are skipped.</source>
        <translation>프로그램 이름의 폴더에 넣어요. 이미 있는 대화는 건너뛰어요.</translation>
    </message>
    <message>
        <source>Undo the import</source>
        <translation>가져온 것 되돌리기</translation>
    </message>
    <message>
        <source>and {count} more files</source>
        <translation>그 밖에 파일 {count}개</translation>
    </message>
    <message>
        <source>{count} conversations were imported.</source>
        <translation>대화 {count}개를 가져왔어요.</translation>
    </message>
    <message>
        <source>{count} were there already</source>
        <translation>{count}개는 이미 있어요</translation>
    </message>
    <message>
        <source>{program} · {conversations} conversations and {messages} messages imported</source>
        <translation>{program} · 대화 {conversations}개와 메시지 {messages}개를 가져왔어요</translation>
    </message>
    <message>
        <source>{program} · {conversations} conversations · {messages} messages</source>
        <translation>{program} · 대화 {conversations}개 · 메시지 {messages}개</translation>
    </message>
</context>
<context>
    <name>IncognitoNote</name>
    <message>
        <source>This conversation is not kept. It is gone when you close the window.</source>
        <translation>기록을 남기지 않는 대화예요. 창을 닫으면 사라져요.</translation>
    </message>
</context>
<context>
    <name>InstalledList</name>
    <message>
        <source>There is no model on this computer.</source>
        <translation>이 컴퓨터에 모델이 없어요.</translation>
    </message>
    <message>
        <source>base model</source>
        <translation>바탕 모델</translation>
    </message>
    <message>
        <source>demonstration</source>
        <translation>체험용</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>쓰는 중</translation>
    </message>
</context>
<context>
    <name>JobList</name>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>It could not be made. The model itself is unchanged.</source>
        <translation>만들지 못했어요. 원본 모델은 그대로예요.</translation>
    </message>
    <message>
        <source>Saved: {path}</source>
        <translation>저장했어요: {path}</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>폴더에서 보기</translation>
    </message>
</context>
<context>
    <name>LevelControl</name>
    <message>
        <source>The levels of this model could not be worked out: {reason}</source>
        <translation>이 모델의 양자화 단계를 알아내지 못했어요. {reason}</translation>
    </message>
</context>
<context>
    <name>LevelRow</name>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Delete file</source>
        <translation>파일 지우기</translation>
    </message>
    <message>
        <source>Make</source>
        <translation>만들기</translation>
    </message>
    <message>
        <source>Quality {quality} of 3</source>
        <translation>품질 3단계 중 {quality}단계</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>쓰기</translation>
    </message>
    <message>
        <source>deleted soon</source>
        <translation>곧 지움</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>쓰는 중</translation>
    </message>
    <message>
        <source>made</source>
        <translation>만들어 둠</translation>
    </message>
    <message>
        <source>recommended</source>
        <translation>추천</translation>
    </message>
    <message>
        <source>this file</source>
        <translation>이 파일</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>기다리는 중</translation>
    </message>
    <message>
        <source>{percent} %</source>
        <translation>{percent}%</translation>
    </message>
    <message>
        <source>{phrase} · {file} file · {memory} of memory</source>
        <translation>{phrase} · 파일 {file} · 메모리 {memory}</translation>
    </message>
</context>
<context>
    <name>LevelSection</name>
    <message>
        <source>Convert and save…</source>
        <translation>변환해서 저장하기…</translation>
    </message>
    <message>
        <source>Fewer bits make the file smaller and answers faster, but a little less exact.</source>
        <translation>비트가 적을수록 파일이 작고 답변이 빠르지만, 조금 덜 정확해요.</translation>
    </message>
    <message>
        <source>Files made so far take {size}.</source>
        <translation>지금까지 만든 파일은 모두 {size:이에요/예요}.</translation>
    </message>
    <message>
        <source>Quantization levels</source>
        <translation>양자화 단계</translation>
    </message>
    <message>
        <source>Save a GGUF file of this model where you want it</source>
        <translation>이 모델의 GGUF 파일을 원하는 곳에 저장해요</translation>
    </message>
    <message>
        <source>Show all levels ({count} more)</source>
        <translation>모든 단계 보기 ({count}개 더)</translation>
    </message>
    <message>
        <source>Show usual levels only</source>
        <translation>자주 쓰는 단계만 보기</translation>
    </message>
</context>
<context>
    <name>LinkDialog</name>
    <message>
        <source>Address</source>
        <translation>주소</translation>
    </message>
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
        <translation>이 주소를 KoChat 밖에서 열까요?</translation>
    </message>
</context>
<context>
    <name>LlamaCpp</name>
    <message>
        <source>Choose a smaller quantization or a shorter context length.</source>
        <translation>더 작은 양자화 단계나 더 짧은 컨텍스트 길이를 골라 주세요.</translation>
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
        <source>The adapter file {file} is incomplete or damaged.</source>
        <translation>어댑터 파일 {file:이/가} 덜 받아졌거나 손상됐어요.</translation>
    </message>
    <message>
        <source>The adapter file {file} is not there.</source>
        <translation>어댑터 파일 {file:을/를} 찾을 수 없어요.</translation>
    </message>
    <message>
        <source>The adapter {file} is of a kind that llama.cpp cannot apply.</source>
        <translation>어댑터 {file:은/는} llama.cpp가 적용할 수 없는 종류예요.</translation>
    </message>
    <message>
        <source>The adapter {file} was made for another model.</source>
        <translation>어댑터 {file:은/는} 다른 모델용이에요.</translation>
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
        <source>The model in {file} is of a kind that KoChat&apos;s llama.cpp is too old for: {kind}</source>
        <translation>{file:은/는} 지금의 llama.cpp가 아직 모르는 새로운 종류의 모델이에요: {kind}</translation>
    </message>
    <message>
        <source>The model is still loaded.</source>
        <translation>모델은 그대로 쓸 수 있어요.</translation>
    </message>
    <message>
        <source>There is not enough memory for the adapter {file}.</source>
        <translation>어댑터 {file:을/를} 불러올 메모리가 모자라요.</translation>
    </message>
    <message>
        <source>There is not enough memory for {file}.</source>
        <translation>{file:을/를} 불러올 메모리가 모자라요.</translation>
    </message>
    <message>
        <source>This version of llama.cpp does not know the kind of model in {file}.</source>
        <translation>{file:은/는} 지금의 llama.cpp가 모르는 종류의 모델이에요.</translation>
    </message>
    <message>
        <source>Try again, or load the model again.</source>
        <translation>다시 시도하거나 모델을 다시 불러와 주세요.</translation>
    </message>
    <message>
        <source>Turn the adapter off, or choose another one.</source>
        <translation>어댑터를 끄거나 다른 어댑터를 골라 주세요.</translation>
    </message>
    <message>
        <source>Update KoChat, or choose another model.</source>
        <translation>KoChat을 새 버전으로 바꾸거나 다른 모델을 골라 주세요.</translation>
    </message>
    <message>
        <source>llama.cpp could not compute the next token (code {code}).</source>
        <translation>llama.cpp가 다음 토큰을 계산하지 못했어요(코드 {code}).</translation>
    </message>
    <message>
        <source>{file} is not a GGUF adapter.</source>
        <translation>{file:은/는} GGUF 어댑터가 아니에요.</translation>
    </message>
    <message>
        <source>{file} is not a GGUF model file.</source>
        <translation>{file:은/는} GGUF 모델 파일이 아니에요.</translation>
    </message>
</context>
<context>
    <name>MadeByDialog</name>
    <message>
        <source>Adapters</source>
        <translation>어댑터</translation>
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
        <source>Copy all</source>
        <translation>모두 복사</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>엔진</translation>
    </message>
    <message>
        <source>File hash</source>
        <translation>파일 지문</translation>
    </message>
    <message>
        <source>How the answer was made</source>
        <translation>답변을 만든 조건</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>양자화 단계</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Model file</source>
        <translation>모델 파일</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>생성 설정</translation>
    </message>
    <message>
        <source>Part {number}</source>
        <translation>부분 {number}</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>결과</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>시스템 프롬프트</translation>
    </message>
    <message>
        <source>from character {number}</source>
        <translation>{number}번째 글자부터</translation>
    </message>
    <message>
        <source>from character {number}, before a person changed it</source>
        <translation>사람이 고치기 전 글의 {number}번째 글자부터</translation>
    </message>
    <message>
        <source>none</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>알 수 없음</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>KoChat</source>
        <translation>KoChat</translation>
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
        <source>Close other programs, then try again.</source>
        <translation>다른 프로그램을 닫고 다시 시도해 주세요.</translation>
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
        <source>Making a model file needs {need} of memory, and {have} is free.</source>
        <translation>모델 파일을 만들려면 메모리 {need:이/가} 필요한데 {have} 남아 있어요.</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>바뀐 것은 없어요.</translation>
    </message>
    <message>
        <source>The level {level} would fit.</source>
        <translation>양자화 단계를 {level:으로/로} 바꾸면 들어가요.</translation>
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
        <translation>이전 버전</translation>
    </message>
    <message>
        <source>Later version</source>
        <translation>다음 버전</translation>
    </message>
    <message>
        <source>More</source>
        <translation>더 보기</translation>
    </message>
</context>
<context>
    <name>MessageEditor</name>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Discards what you changed</source>
        <translation>고친 글을 버려요</translation>
    </message>
    <message>
        <source>Edit message</source>
        <translation>메시지 고치기</translation>
    </message>
    <message>
        <source>Esc closes and keeps what you changed</source>
        <translation>Esc를 누르면 고친 글을 둔 채 닫아요</translation>
    </message>
    <message>
        <source>This is what you were changing. Cancel discards it.</source>
        <translation>고치던 글이에요. 취소하면 버려요.</translation>
    </message>
</context>
<context>
    <name>MessageMenu</name>
    <message>
        <source>Branch map</source>
        <translation>가지 지도</translation>
    </message>
    <message>
        <source>Edit the answer</source>
        <translation>답변 고치기</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>내보내기…</translation>
    </message>
    <message>
        <source>Hide from the model</source>
        <translation>모델에게 숨기기</translation>
    </message>
    <message>
        <source>How it was made</source>
        <translation>만든 조건</translation>
    </message>
    <message>
        <source>Make it again exactly</source>
        <translation>똑같이 다시 만들기</translation>
    </message>
    <message>
        <source>New conversation from here</source>
        <translation>여기서 새 대화로</translation>
    </message>
    <message>
        <source>Show to the model again</source>
        <translation>모델에게 다시 보여 주기</translation>
    </message>
    <message>
        <source>Show up to this message only</source>
        <translation>이 메시지까지만 보기</translation>
    </message>
</context>
<context>
    <name>ModelAdapters</name>
    <message>
        <source>An adapter&apos;s scale is from 0 to {most}.</source>
        <translation>어댑터의 세기는 0부터 {most}까지예요.</translation>
    </message>
    <message>
        <source>Choose a level of llama.cpp, or get the adapter as PEFT made it.</source>
        <translation>llama.cpp 엔진의 양자화 단계를 고르거나, PEFT로 만든 어댑터 폴더를 써 주세요.</translation>
    </message>
    <message>
        <source>Switch it off on the models page, then generate the answer again.</source>
        <translation>모델 관리에서 어댑터를 끄고 답변을 다시 생성해 주세요.</translation>
    </message>
    <message>
        <source>The adapter {adapter} cannot be used: {reason}</source>
        <translation>어댑터 {adapter:을/를} 쓸 수 없어요: {reason}</translation>
    </message>
    <message>
        <source>The adapter {adapter} is a GGUF file.</source>
        <translation>어댑터 {adapter:은/는} GGUF 파일이에요.</translation>
    </message>
    <message>
        <source>Your message is stored.</source>
        <translation>보낸 메시지는 저장돼 있어요.</translation>
    </message>
</context>
<context>
    <name>ModelDetail</name>
    <message>
        <source>In use</source>
        <translation>쓰는 중</translation>
    </message>
    <message>
        <source>It came with the program and stays.</source>
        <translation>프로그램에 들어 있는 모델이라 지울 수 없어요.</translation>
    </message>
    <message>
        <source>It came with the program.</source>
        <translation>프로그램에 들어 있는 모델이에요.</translation>
    </message>
    <message>
        <source>Move to trash</source>
        <translation>휴지통으로 옮기기</translation>
    </message>
    <message>
        <source>Original tokenizer.json…</source>
        <translation>원본 tokenizer.json 고르기…</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>폴더에서 보기</translation>
    </message>
    <message>
        <source>Take off the list</source>
        <translation>목록에서 빼기</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>쓰기</translation>
    </message>
</context>
<context>
    <name>ModelFacts</name>
    <message>
        <source>Can do</source>
        <translation>할 수 있는 일</translation>
    </message>
    <message>
        <source>Chats.</source>
        <translation>대화할 수 있어요.</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>컨텍스트</translation>
    </message>
    <message>
        <source>Continues texts; it was not trained to chat.</source>
        <translation>글을 이어 써요. 대화하도록 학습한 모델이 아니에요.</translation>
    </message>
    <message>
        <source>Continues texts; its chat format is not known.</source>
        <translation>글을 이어 써요. 알맞은 채팅 템플릿을 알아내지 못했어요.</translation>
    </message>
    <message>
        <source>Every quantization level can be made from it.</source>
        <translation>모든 양자화 단계를 만들 수 있어요.</translation>
    </message>
    <message>
        <source>Family</source>
        <translation>구조</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>형식</translation>
    </message>
    <message>
        <source>GGML file of 2023</source>
        <translation>2023년 GGML 파일</translation>
    </message>
    <message>
        <source>GGUF file</source>
        <translation>GGUF 파일</translation>
    </message>
    <message>
        <source>It runs at the level of its file only.</source>
        <translation>파일의 양자화 단계로만 쓸 수 있어요.</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>라이선스</translation>
    </message>
    <message>
        <source>Other levels can be made from it.</source>
        <translation>다른 양자화 단계를 만들 수 있어요.</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>프롬프트</translation>
    </message>
    <message>
        <source>PyTorch checkpoint folder</source>
        <translation>PyTorch 체크포인트 폴더</translation>
    </message>
    <message>
        <source>Takes adapters.</source>
        <translation>어댑터를 추가할 수 있어요.</translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation>어휘</translation>
    </message>
    <message>
        <source>base model – continues texts</source>
        <translation>바탕 모델 – 글 이어 쓰기</translation>
    </message>
    <message>
        <source>demonstration</source>
        <translation>체험용</translation>
    </message>
    <message>
        <source>not stated; look at the model&apos;s page</source>
        <translation>파일에 적혀 있지 않아요. 모델을 받은 곳에서 확인해 주세요</translation>
    </message>
    <message>
        <source>safetensors folder</source>
        <translation>safetensors 폴더</translation>
    </message>
    <message>
        <source>script for trying out</source>
        <translation>시험용 각본</translation>
    </message>
    <message>
        <source>up to {count} tokens at once</source>
        <translation>한 번에 {count}토큰까지</translation>
    </message>
    <message>
        <source>{count} layers</source>
        <translation>{count}층</translation>
    </message>
    <message>
        <source>{count} parameters</source>
        <translation>매개변수 {count}</translation>
    </message>
    <message>
        <source>{count} pieces</source>
        <translation>토큰 {count}개</translation>
    </message>
    <message>
        <source>{label} – you chose it</source>
        <translation>{label} – 직접 골랐어요</translation>
    </message>
    <message>
        <source>{label} – {why}</source>
        <translation>{label} – {why}</translation>
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
        <translation>드라이브를 확인하고 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>Choose a GGUF file, or a folder with config.json and the weights.</source>
        <translation>GGUF 파일이나, config.json과 가중치가 함께 있는 폴더를 골라 주세요.</translation>
    </message>
    <message>
        <source>Choose another name for the new file.</source>
        <translation>새 파일에 다른 이름을 골라 주세요.</translation>
    </message>
    <message>
        <source>Choose one of its files: {files}</source>
        <translation>파일 하나를 골라 주세요: {files}</translation>
    </message>
    <message>
        <source>Choose the folder that holds it together with config.json and tokenizer.json.</source>
        <translation>config.json, tokenizer.json이 함께 있는 폴더를 골라 주세요.</translation>
    </message>
    <message>
        <source>Choose the tokenizer.json of the model that this file was made from, or import without one.</source>
        <translation>이 파일의 원본 모델에 있는 tokenizer.json을 고르거나, tokenizer.json 없이 열어 주세요.</translation>
    </message>
    <message>
        <source>Close other programs to free memory, or choose another level, and retry.</source>
        <translation>다른 프로그램을 닫거나 다른 양자화 단계를 고른 다음 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>Context length, norm epsilon and RoPE base must be numbers above 0.</source>
        <translation>컨텍스트 길이, 정규화 엡실론, RoPE 기준값은 0보다 큰 수여야 해요.</translation>
    </message>
    <message>
        <source>Download or copy the model again.</source>
        <translation>모델을 다시 내려받거나 복사해 주세요.</translation>
    </message>
    <message>
        <source>Free some space, or choose a smaller level.</source>
        <translation>디스크 공간을 비우거나 더 작은 양자화 단계를 골라 주세요.</translation>
    </message>
    <message>
        <source>Get a GGUF file of the same model.</source>
        <translation>같은 모델의 GGUF 파일을 받아 주세요.</translation>
    </message>
    <message>
        <source>Get a GGUF file of this model; those do not need converting.</source>
        <translation>이 모델의 GGUF 파일을 받아 주세요. GGUF는 변환하지 않아도 돼요.</translation>
    </message>
    <message>
        <source>Get a GGUF or safetensors version of this model.</source>
        <translation>이 모델의 GGUF나 safetensors 파일을 받아 주세요.</translation>
    </message>
    <message>
        <source>Get a current GGUF file of the same model.</source>
        <translation>같은 모델의 최신 GGUF 파일을 받아 주세요.</translation>
    </message>
    <message>
        <source>Get another level of this model, such as q4_0 or q8_0.</source>
        <translation>이 모델의 q4_0이나 q8_0 같은 다른 양자화 단계 파일을 받아 주세요.</translation>
    </message>
    <message>
        <source>Get the adapter as PEFT made it, a folder with adapter_config.json.</source>
        <translation>PEFT가 만든 원래 어댑터(adapter_config.json이 든 폴더)를 받아 주세요.</translation>
    </message>
    <message>
        <source>Get the f16 file of this model, a {level} file of June 2023 or later, or a GGUF file.</source>
        <translation>이 모델의 f16 파일이나 2023년 6월 이후에 만든 {level} 파일, 또는 GGUF 파일을 받아 주세요.</translation>
    </message>
    <message>
        <source>Get the usual (little-endian) file of this model.</source>
        <translation>이 모델의 일반(리틀 엔디언) 파일을 받아 주세요.</translation>
    </message>
    <message>
        <source>Give the parts their names back: name-00001-of-{last}.gguf and so on.</source>
        <translation>나눈 파일의 이름을 ‘이름-00001-of-{last}.gguf’ 꼴로 되돌려 주세요.</translation>
    </message>
    <message>
        <source>If it was moved or is on another drive, choose its new place.</source>
        <translation>옮겼거나 다른 드라이브에 있다면 새 위치를 골라 주세요.</translation>
    </message>
    <message>
        <source>KoChat cannot join these. Get the model as a single file.</source>
        <translation>KoChat은 이렇게 나눈 파일을 합치지 못해요. 파일 하나로 된 모델을 받아 주세요.</translation>
    </message>
    <message>
        <source>KoChat opens GGML files of Llama models. Get a GGUF file of this model.</source>
        <translation>KoChat은 Llama 계열의 GGML 파일을 열 수 있어요. 이 모델은 GGUF 파일을 받아 주세요.</translation>
    </message>
    <message>
        <source>Making the model file ended unexpectedly (status {status}: {detail}).</source>
        <translation>모델 파일을 만들다가 갑자기 멈췄어요(상태 {status}: {detail}).</translation>
    </message>
    <message>
        <source>Making this level needs {need} of disk space, and {have} is free.</source>
        <translation>이 양자화 단계를 만들려면 디스크에 {need:이/가} 필요한데 {have} 남아 있어요.</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>바뀐 것은 없어요.</translation>
    </message>
    <message>
        <source>Open the model that it was made for, and add the adapter to it.</source>
        <translation>이 어댑터에 맞는 모델을 열고, 그 모델에 어댑터를 추가해 주세요.</translation>
    </message>
    <message>
        <source>Such a file can be harmful. Get a safetensors or GGUF version of this model from someone you trust.</source>
        <translation>이런 파일은 해로울 수 있어요. 믿을 수 있는 곳에서 이 모델의 safetensors나 GGUF 파일을 받아 주세요.</translation>
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
        <source>The model file {name} is cut off: {missing} are missing, {size} of {expected} are there.</source>
        <translation>모델 파일 {name:이/가} 중간에 잘렸어요. {expected} 가운데 {size}만 있고 {missing:이/가} 모자라요.</translation>
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
        <source>The model file {name} is {extra} longer than its header says: {size} instead of {expected}.</source>
        <translation>모델 파일 {name:이/가} 헤더에 적힌 것보다 {extra} 커요. 헤더로는 {expected}인데 실제로는 {size:이에요/예요}.</translation>
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
        <source>The name says Llama-2-Ko, but the vocabulary is the 32,000 tokens of Llama 2, which split Korean into many small pieces.</source>
        <translation>이름은 Llama-2-Ko인데 어휘는 Llama 2의 토큰 32,000개라서 한국어가 잘게 쪼개져요.</translation>
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
        <source>The tokenizer is not that of {name}: {differing} of {count} tokens differ, first token {number} (“{stored}” in the file, “{given}” in the tokenizer).</source>
        <translation>이 토크나이저는 {name}의 것이 아니에요. 토큰 {count}개 가운데 {differing}개가 다르고, 처음으로 다른 것은 {number}번이에요(파일에는 “{stored}”, 토크나이저에는 “{given}”).</translation>
    </message>
    <message>
        <source>The vocabulary of {name} cannot be converted exactly.</source>
        <translation>{name}의 어휘를 정확하게 변환할 수 없어요.</translation>
    </message>
    <message>
        <source>The vocabulary of {name} does not fit its weights: {listed} tokens are listed, {expected} are needed.</source>
        <translation>{name}의 어휘가 가중치와 맞지 않아요. 적힌 토큰은 {listed}개인데 {expected}개가 필요해요.</translation>
    </message>
    <message>
        <source>The vocabulary of {name} has {pieces} tokens, but its weights are for {rows}.</source>
        <translation>{name}의 어휘는 토큰 {pieces}개인데, 가중치는 {rows}개에 맞춰져 있어요.</translation>
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
        <source>There is no model in the folder {path}.</source>
        <translation>{path} 폴더에 모델이 없어요.</translation>
    </message>
    <message>
        <source>This file lists its Korean tokens without saying how they are put together. Answers are right; for questions to be read exactly as in training, import it with the original model&apos;s tokenizer.json.</source>
        <translation>이 파일의 한국어 토큰에는 합치는 순서가 없어요. 답변은 제대로 나와요. 질문도 학습할 때와 똑같이 나뉘게 하려면 원본 모델의 tokenizer.json과 함께 열어 주세요.</translation>
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
        <source>{name} does not say which token ends a text.</source>
        <translation>{name}에 글이 끝나는 토큰이 적혀 있지 않아요.</translation>
    </message>
    <message>
        <source>{name} has 64-bit weights ({tensor}).</source>
        <translation>{name}의 가중치는 64비트예요({tensor}).</translation>
    </message>
    <message>
        <source>{name} holds only the weights of a model.</source>
        <translation>{name}에는 모델의 가중치만 있어요.</translation>
    </message>
    <message>
        <source>{name} holds several models.</source>
        <translation>{name}에는 모델이 여러 개 있어요.</translation>
    </message>
    <message>
        <source>{name} holds something other than weights ({what}). It was not run.</source>
        <translation>{name}에 가중치가 아닌 것이 들어 있어요({what}). 실행하지는 않았어요.</translation>
    </message>
    <message>
        <source>{name} holds {level} weights in a layout that was given up in May 2023.</source>
        <translation>{name}에는 2023년 5월까지만 쓰던 방식의 {level} 가중치가 들어 있어요.</translation>
    </message>
    <message>
        <source>{name} is a GGML file of another model family ({family}).</source>
        <translation>{name:은/는} 다른 계열({family})의 GGML 파일이에요.</translation>
    </message>
    <message>
        <source>{name} is a zip file, but not one with PyTorch weights ({detail}).</source>
        <translation>{name:은/는} zip 파일이지만 PyTorch 가중치가 아니에요({detail}).</translation>
    </message>
    <message>
        <source>{name} is an adapter in the GGLA format of 2023.</source>
        <translation>{name:은/는} 2023년 GGLA 형식의 어댑터예요.</translation>
    </message>
    <message>
        <source>{name} is an adapter, not a whole model.</source>
        <translation>{name:은/는} 모델이 아니라 어댑터예요.</translation>
    </message>
    <message>
        <source>{name} is in an old format (pickle) that can run programs when it is opened.</source>
        <translation>{name:은/는} 열기만 해도 프로그램이 실행될 수 있는 옛 형식(pickle)이에요.</translation>
    </message>
    <message>
        <source>{name} is not a model file, or its beginning is damaged.</source>
        <translation>{name:은/는} 모델 파일이 아니거나 앞부분이 손상됐어요.</translation>
    </message>
    <message>
        <source>{name} is of {container} version {version}, which KoChat cannot read.</source>
        <translation>{name:은/는} KoChat이 읽을 수 없는 {container} 버전 {version} 파일이에요.</translation>
    </message>
    <message>
        <source>{name} is one of {parts} parts of a model, and {missing} is not there.</source>
        <translation>{name:은/는} 모델을 {parts}개로 나눈 파일 가운데 하나인데, {missing:이/가} 없어요.</translation>
    </message>
    <message>
        <source>{name} is one of {parts} parts of a model, but was renamed.</source>
        <translation>{name:은/는} 모델을 {parts}개로 나눈 파일 가운데 하나인데, 이름이 바뀌었어요.</translation>
    </message>
    <message>
        <source>{name} is one of {parts} parts of a model.</source>
        <translation>{name:은/는} 모델을 {parts}개로 나눈 파일 가운데 하나예요.</translation>
    </message>
    <message>
        <source>{name} is the original, which is never changed.</source>
        <translation>{name:은/는} 원본이에요. 원본은 바꾸지 않아요.</translation>
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
        <translation>다음 가운데 골라 주세요: {levels}</translation>
    </message>
    <message>
        <source>{model} has no level called {level}.</source>
        <translation>{model}에는 양자화 단계 {level:이/가} 없어요.</translation>
    </message>
</context>
<context>
    <name>ModelList</name>
    <message>
        <source>Did you mean {suggestions}?</source>
        <translation>혹시 이 모델인가요: {suggestions}</translation>
    </message>
    <message>
        <source>There is no model called {name}.</source>
        <translation>‘{name}’ 모델을 찾을 수 없어요.</translation>
    </message>
</context>
<context>
    <name>ModelManager</name>
    <message>
        <source>Choose another model, then generate the answer again.</source>
        <translation>다른 모델을 고른 뒤 다시 생성해 주세요.</translation>
    </message>
    <message>
        <source>The model could not be made ready ({detail}).</source>
        <translation>모델을 준비하지 못했어요({detail}).</translation>
    </message>
    <message>
        <source>This is a fault of KoChat; the log says more. Try another level.</source>
        <translation>KoChat의 오류예요. 자세한 내용은 로그에 있어요. 다른 양자화 단계를 골라 보세요.</translation>
    </message>
    <message>
        <source>Your conversations are safe.</source>
        <translation>대화는 안전해요.</translation>
    </message>
    <message>
        <source>Your message is stored.</source>
        <translation>보낸 메시지는 저장돼 있어요.</translation>
    </message>
    <message>
        <source>{model} was removed before it could answer.</source>
        <translation>답하기 전에 {model:이/가} 목록에서 빠졌어요.</translation>
    </message>
</context>
<context>
    <name>ModelOpener</name>
    <message>
        <source>Adapters (*.gguf *.safetensors *.bin *.json)</source>
        <translation>어댑터 (*.gguf *.safetensors *.bin *.json)</translation>
    </message>
    <message>
        <source>Add an adapter</source>
        <translation>어댑터 추가</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>모든 파일 (*)</translation>
    </message>
    <message>
        <source>Models and adapters (*.gguf *.bin *.safetensors)</source>
        <translation>모델과 어댑터 (*.gguf *.bin *.safetensors)</translation>
    </message>
    <message>
        <source>Open a model or an adapter</source>
        <translation>모델이나 어댑터 열기</translation>
    </message>
    <message>
        <source>Open the folder of a model or an adapter</source>
        <translation>모델이나 어댑터 폴더 열기</translation>
    </message>
    <message>
        <source>Open the model that it was made for first.</source>
        <translation>이 어댑터에 맞는 모델을 먼저 열어 주세요.</translation>
    </message>
    <message>
        <source>The adapter was not made for {model}.</source>
        <translation>지금 쓰는 {model}에 맞는 어댑터가 아니에요.</translation>
    </message>
    <message>
        <source>This is an adapter; it needs a model to change.</source>
        <translation>이 파일은 어댑터라서 붙일 모델이 필요해요.</translation>
    </message>
    <message>
        <source>{name} was added to {model}</source>
        <translation>{model}에 {name:을/를} 추가했어요</translation>
    </message>
</context>
<context>
    <name>ModelPreferences</name>
    <message>
        <source>It holds until KoChat is closed.</source>
        <translation>KoChat을 닫을 때까지는 그대로예요.</translation>
    </message>
    <message>
        <source>Make room, or check the folder&apos;s permissions.</source>
        <translation>디스크 공간을 비우거나 폴더 권한을 확인해 주세요.</translation>
    </message>
    <message>
        <source>Models and conversations are safe. The damaged file is {path}.</source>
        <translation>모델과 대화는 안전해요. 손상된 파일은 {path}에 있어요.</translation>
    </message>
    <message>
        <source>Models start without adapters and with their usual templates.</source>
        <translation>어댑터 없이, 모델에 맞는 채팅 템플릿으로 시작해요.</translation>
    </message>
    <message>
        <source>The file of what was chosen for each model was damaged.</source>
        <translation>모델마다 고른 설정을 담은 파일이 손상됐어요.</translation>
    </message>
    <message>
        <source>What was chosen for a model cannot be saved in {path}: {reason}</source>
        <translation>모델에 고른 설정을 {path}에 저장할 수 없어요: {reason}</translation>
    </message>
    <message>
        <source>What was chosen for each model, in {path}, cannot be read: {reason}</source>
        <translation>모델마다 고른 설정을 {path}에서 읽을 수 없어요: {reason}</translation>
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
        <source>base model, continues texts</source>
        <translation>바탕 모델 – 글 이어 쓰기</translation>
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
        <source>{memory} of memory</source>
        <translation>메모리 {memory}</translation>
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
    <name>ModelTrash</name>
    <message>
        <source>Another file is in its place now: {path}. Move that one first.</source>
        <translation>그 자리에 다른 파일이 있어요({path}). 그 파일을 먼저 옮겨 주세요.</translation>
    </message>
    <message>
        <source>It is still in the trash.</source>
        <translation>아직 휴지통에 있어요.</translation>
    </message>
    <message>
        <source>{name} cannot be brought back.</source>
        <translation>{name:을/를} 되돌릴 수 없어요.</translation>
    </message>
    <message>
        <source>{name} is no longer in the trash.</source>
        <translation>{name:은/는} 이제 휴지통에 없어요.</translation>
    </message>
</context>
<context>
    <name>ModelWorkshop</name>
    <message>
        <source>Another tokenizer is for GGML files; leave it out.</source>
        <translation>다른 tokenizer.json은 GGML 파일에만 쓸 수 있어요. 빼고 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>Choose a quantization level for it.</source>
        <translation>만들 양자화 단계를 골라 주세요.</translation>
    </message>
    <message>
        <source>Choose another level or model first.</source>
        <translation>먼저 다른 양자화 단계나 모델을 골라 주세요.</translation>
    </message>
    <message>
        <source>Choose another name, or move that one.</source>
        <translation>다른 이름을 고르거나 그 파일을 옮겨 주세요.</translation>
    </message>
    <message>
        <source>It was not touched.</source>
        <translation>그 파일은 건드리지 않았어요.</translation>
    </message>
    <message>
        <source>Make it, or choose another place.</source>
        <translation>폴더를 만들거나 다른 곳을 골라 주세요.</translation>
    </message>
    <message>
        <source>The file could not be made ({detail}).</source>
        <translation>파일을 만들지 못했어요({detail}).</translation>
    </message>
    <message>
        <source>The original model is unchanged.</source>
        <translation>원본 모델은 그대로예요.</translation>
    </message>
    <message>
        <source>There is a file {path} already.</source>
        <translation>{path} 파일이 이미 있어요.</translation>
    </message>
    <message>
        <source>There is no folder {path}.</source>
        <translation>{path} 폴더가 없어요.</translation>
    </message>
    <message>
        <source>This is a fault of KoChat; the log says more.</source>
        <translation>KoChat의 오류예요. 자세한 내용은 로그에 있어요.</translation>
    </message>
    <message>
        <source>adapter {name}</source>
        <translation>어댑터 {name}</translation>
    </message>
    <message>
        <source>{model} as {level}</source>
        <translation>{model} – {level} 만들기</translation>
    </message>
    <message>
        <source>{model} belongs to KoChat and stays.</source>
        <translation>{model:은/는} KoChat에 든 모델이라 뺄 수 없어요.</translation>
    </message>
    <message>
        <source>{model} has its vocabulary in its own files.</source>
        <translation>{model:은/는} 모델 파일에 어휘가 들어 있어요.</translation>
    </message>
    <message>
        <source>{model} into {file}</source>
        <translation>{model} – {file} 만들기</translation>
    </message>
    <message>
        <source>{model} is a GGUF file already.</source>
        <translation>{model:은/는} 이미 GGUF 파일이에요.</translation>
    </message>
    <message>
        <source>{model} is running from this file.</source>
        <translation>{model:이/가} 지금 이 파일을 쓰고 있어요.</translation>
    </message>
</context>
<context>
    <name>ModelsPage</name>
    <message>
        <source>All models</source>
        <translation>모든 모델</translation>
    </message>
    <message>
        <source>Back to the conversation (Esc)</source>
        <translation>대화로 돌아가기 (Esc)</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>모델 관리</translation>
    </message>
    <message>
        <source>Open a file…</source>
        <translation>파일 열기…</translation>
    </message>
    <message>
        <source>Open a folder…</source>
        <translation>폴더 열기…</translation>
    </message>
    <message>
        <source>{name} was moved to the trash</source>
        <translation>{name:을/를} 휴지통으로 옮겼어요</translation>
    </message>
    <message>
        <source>{name} was taken off</source>
        <translation>{name:을/를} 뺐어요</translation>
    </message>
    <message>
        <source>{name} was taken off the list; its file is where it was</source>
        <translation>{name:을/를} 목록에서 뺐어요. 파일은 그대로 있어요</translation>
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
    <name>OpenFolder</name>
    <message>
        <source>The folder could not be opened. It is here: {path}</source>
        <translation>폴더를 열지 못했어요. 폴더는 여기에 있어요: {path}</translation>
    </message>
</context>
<context>
    <name>OwnMessage</name>
    <message>
        <source>({count} characters in all; copy shows everything.)</source>
        <translation>(모두 {count}자예요. 복사하면 전체를 볼 수 있어요.)</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>고치기</translation>
    </message>
    <message>
        <source>Get an answer</source>
        <translation>답변 받기</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>보내기</translation>
    </message>
    <message>
        <source>System message</source>
        <translation>시스템 지시</translation>
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
        <source>Edit…</source>
        <translation>고치기…</translation>
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
        <source>Preset</source>
        <translation>프리셋</translation>
    </message>
    <message>
        <source>Restore defaults</source>
        <translation>기본값으로 되돌리기</translation>
    </message>
    <message>
        <source>See the prompt…</source>
        <translation>프롬프트 보기…</translation>
    </message>
    <message>
        <source>See tokens…</source>
        <translation>토큰 보기…</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>시스템 프롬프트</translation>
    </message>
    <message>
        <source>The answer appears when it is complete, not word by word.</source>
        <translation>답변을 다 쓴 다음에 한꺼번에 보여 줘요.</translation>
    </message>
    <message>
        <source>The seed is a whole number from 0 to {most}, or nothing.</source>
        <translation>시드는 0부터 {most}까지의 정수로 적거나 비워 두세요.</translation>
    </message>
</context>
<context>
    <name>PiecesView</name>
    <message>
        <source>… and {count} more</source>
        <translation>… 그 밖에 {count}개</translation>
    </message>
</context>
<context>
    <name>Presets</name>
    <message>
        <source>Continuing Korean texts</source>
        <translation>한국어 글 이어 쓰기</translation>
    </message>
    <message>
        <source>EEVE, few repetitions</source>
        <translation>EEVE (반복 줄이기)</translation>
    </message>
    <message>
        <source>EXAONE 3.5 card</source>
        <translation>EXAONE 3.5 카드</translation>
    </message>
    <message>
        <source>EXAONE 4 card, Korean</source>
        <translation>EXAONE 4 카드 (한국어)</translation>
    </message>
    <message>
        <source>EXAONE card, thinking</source>
        <translation>EXAONE 카드 (생각하고 답하기)</translation>
    </message>
    <message>
        <source>Exactly as on the card</source>
        <translation>모델 카드 그대로</translation>
    </message>
    <message>
        <source>GGML card</source>
        <translation>GGML 카드</translation>
    </message>
    <message>
        <source>HyperCLOVA X SEED card</source>
        <translation>HyperCLOVA X SEED 카드</translation>
    </message>
    <message>
        <source>Live (card without beams)</source>
        <translation>실시간 (카드에서 빔만 뺌)</translation>
    </message>
    <message>
        <source>Qwen 3 2507 card</source>
        <translation>Qwen 3 2507 카드</translation>
    </message>
    <message>
        <source>Qwen 3 card</source>
        <translation>Qwen 3 카드</translation>
    </message>
    <message>
        <source>Qwen 3 card, thinking</source>
        <translation>Qwen 3 카드 (생각하고 답하기)</translation>
    </message>
    <message>
        <source>The engine in use cannot do this, and leaves it out.</source>
        <translation>지금 엔진은 이 값을 쓰지 못해서 빼고 생성해요.</translation>
    </message>
    <message>
        <source>This has an effect with several beams only.</source>
        <translation>빔이 2개 이상일 때만 쓰이는 값이에요.</translation>
    </message>
    <message>
        <source>This value does not go together with live output.</source>
        <translation>이 값은 실시간 출력과 함께 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>Usual values</source>
        <translation>보통 값</translation>
    </message>
    <message>
        <source>komt Mistral card</source>
        <translation>komt Mistral 카드</translation>
    </message>
    <message>
        <source>komt card</source>
        <translation>komt 카드</translation>
    </message>
    <message>
        <source>komt v1 card</source>
        <translation>komt v1 카드</translation>
    </message>
</context>
<context>
    <name>PromptDialog</name>
    <message>
        <source>As text</source>
        <translation>글로</translation>
    </message>
    <message>
        <source>As tokens</source>
        <translation>토큰으로</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Making the prompt…</source>
        <translation>프롬프트를 만드는 중이에요…</translation>
    </message>
    <message>
        <source>Prompt as text</source>
        <translation>글로 본 프롬프트</translation>
    </message>
    <message>
        <source>Prompt as tokens</source>
        <translation>토큰으로 본 프롬프트</translation>
    </message>
    <message>
        <source>The answer ends at: {stops}</source>
        <translation>이 글이 나오면 답변을 끝내요: {stops}</translation>
    </message>
    <message>
        <source>What is sent to the model</source>
        <translation>프롬프트 보기</translation>
    </message>
    <message>
        <source>{count} older messages do not fit and are left out.</source>
        <translation>오래된 메시지 {count}개는 컨텍스트 길이를 넘어서 빠져요.</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>토큰 {count}개</translation>
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
        <translation>크기와 품질이 고루 좋아요</translation>
    </message>
    <message>
        <source>balanced, a little finer</source>
        <translation>균형이 좋고 조금 더 정확해요</translation>
    </message>
    <message>
        <source>balanced, finer</source>
        <translation>균형이 좋고 더 정확해요</translation>
    </message>
    <message>
        <source>close to the original</source>
        <translation>원본에 가까워요</translation>
    </message>
    <message>
        <source>exact, much memory</source>
        <translation>정확하지만 메모리를 많이 써요</translation>
    </message>
    <message>
        <source>half the memory, slow</source>
        <translation>메모리를 절반만 쓰지만 느려요</translation>
    </message>
    <message>
        <source>light and fast</source>
        <translation>가볍고 빨라요</translation>
    </message>
    <message>
        <source>light and good</source>
        <translation>가볍고 좋아요</translation>
    </message>
    <message>
        <source>light and good, keeps Korean well</source>
        <translation>가볍고 한국어 품질을 잘 지켜요</translation>
    </message>
    <message>
        <source>light, a little finer</source>
        <translation>가볍고 조금 더 정확해요</translation>
    </message>
    <message>
        <source>little memory, good</source>
        <translation>메모리를 적게 쓰고 품질이 좋아요</translation>
    </message>
    <message>
        <source>nearly the original</source>
        <translation>원본과 거의 같아요</translation>
    </message>
    <message>
        <source>small, coarse</source>
        <translation>작지만 거칠어요</translation>
    </message>
    <message>
        <source>smallest, often wrong</source>
        <translation>가장 작지만 자주 틀려요</translation>
    </message>
    <message>
        <source>twice f16, for comparing only</source>
        <translation>f16의 두 배라서 비교할 때만 써요</translation>
    </message>
    <message>
        <source>very small, coarse</source>
        <translation>아주 작지만 거칠어요</translation>
    </message>
    <message>
        <source>wide range, coarser</source>
        <translation>값의 범위가 넓지만 조금 거칠어요</translation>
    </message>
</context>
<context>
    <name>Repetition</name>
    <message>
        <source>A message before it was hidden or shown since, or it was continued later. Generate it anew instead.</source>
        <translation>그 뒤로 앞의 메시지를 숨기거나 다시 보여 주었거나, 나중에 이어서 쓴 답변이에요. 대신 다시 생성해 보세요.</translation>
    </message>
    <message>
        <source>A person changed it. Choose the version that the model wrote.</source>
        <translation>사람이 고친 답변이에요. 모델이 쓴 답변을 골라 주세요.</translation>
    </message>
    <message>
        <source>Choose {wanted}, then try again.</source>
        <translation>{wanted} 모델을 고른 다음 다시 해 보세요.</translation>
    </message>
    <message>
        <source>It is not known what it was made with. Generate it anew instead.</source>
        <translation>무엇으로 만들었는지 남아 있지 않아요. 대신 다시 생성해 보세요.</translation>
    </message>
    <message>
        <source>It needs {wanted} on the engine {engine}.</source>
        <translation>{engine} 엔진으로 불러온 {wanted} 모델이 필요해요.</translation>
    </message>
    <message>
        <source>Something else made this answer than would make it now.</source>
        <translation>지금 고른 것과 다른 모델이나 어댑터로 만든 답변이에요.</translation>
    </message>
    <message>
        <source>Switch all adapters of the model off.</source>
        <translation>모델의 어댑터를 모두 꺼 주세요.</translation>
    </message>
    <message>
        <source>Switch on exactly these adapters: {adapters}</source>
        <translation>다음 어댑터만 켜 주세요: {adapters}</translation>
    </message>
    <message>
        <source>The answer stays as it is.</source>
        <translation>답변은 그대로 있어요.</translation>
    </message>
    <message>
        <source>This answer cannot be made again exactly.</source>
        <translation>이 답변은 똑같이 다시 만들 수 없어요.</translation>
    </message>
</context>
<context>
    <name>Restoring</name>
    <message>
        <source>An answer is not on the disk yet.</source>
        <translation>아직 디스크에 저장하지 못한 답변이 있어요.</translation>
    </message>
    <message>
        <source>Make room on the disk, or wait, and restore then.</source>
        <translation>디스크에 자리를 만들거나 조금 기다렸다가 되돌려 보세요.</translation>
    </message>
    <message>
        <source>Nothing was changed; the answer is in memory.</source>
        <translation>바뀐 것은 없고, 답변은 메모리에 있어요.</translation>
    </message>
    <message>
        <source>Restoring the conversations…</source>
        <translation>대화를 되돌리고 있어요…</translation>
    </message>
    <message>
        <source>The backup could not be put back.</source>
        <translation>백업으로 되돌리지 못했어요.</translation>
    </message>
    <message>
        <source>The conversations are as they were in the backup.</source>
        <translation>백업해 둔 때의 대화로 되돌렸어요.</translation>
    </message>
    <message>
        <source>This is a fault of KoChat; the log says more.</source>
        <translation>KoChat의 잘못이에요. 로그에 자세한 내용이 있어요.</translation>
    </message>
    <message>
        <source>Undo the restore</source>
        <translation>되돌리기 전으로</translation>
    </message>
    <message>
        <source>What was there before is kept as a backup.</source>
        <translation>되돌리기 전의 대화도 백업으로 남아 있어요.</translation>
    </message>
    <message>
        <source>What was there before is kept in {path}.</source>
        <translation>되돌리기 전의 대화는 {path}에 남아 있어요.</translation>
    </message>
    <message>
        <source>Your conversations are as they were.</source>
        <translation>대화는 그대로예요.</translation>
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
        <source>The adapter {file} cannot be read.</source>
        <translation>어댑터 {file:을/를} 읽을 수 없어요.</translation>
    </message>
    <message>
        <source>The answer so far is kept.</source>
        <translation>여기까지 쓴 답변은 남아 있어요.</translation>
    </message>
    <message>
        <source>The model is still loaded.</source>
        <translation>모델은 그대로 쓸 수 있어요.</translation>
    </message>
    <message>
        <source>The script asked for this error.</source>
        <translation>각본에 적힌 대로 낸 오류예요.</translation>
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
        <source>Turn it off, or choose it again.</source>
        <translation>어댑터를 끄거나 다시 골라 주세요.</translation>
    </message>
    <message>
        <source>Write another message.</source>
        <translation>다른 메시지를 써 보세요.</translation>
    </message>
</context>
<context>
    <name>SearchResults</name>
    <message>
        <source>Answer</source>
        <translation>답변</translation>
    </message>
    <message>
        <source>Conditions: {filters}</source>
        <translation>조건: {filters}</translation>
    </message>
    <message>
        <source>Me</source>
        <translation>나</translation>
    </message>
    <message>
        <source>Nothing was found for “{query}”.</source>
        <translation>‘{query}’ 검색 결과가 없어요.</translation>
    </message>
    <message>
        <source>Search results</source>
        <translation>검색 결과</translation>
    </message>
    <message>
        <source>Search without conditions</source>
        <translation>조건 없이 찾기</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>찾는 중…</translation>
    </message>
    <message>
        <source>System message</source>
        <translation>시스템 지시</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>제목</translation>
    </message>
    <message>
        <source>Today {time}</source>
        <translation>오늘 {time}</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>어제</translation>
    </message>
    <message>
        <source>{count} or more results</source>
        <translation>결과 {count}개 이상</translation>
    </message>
    <message>
        <source>{count} results</source>
        <translation>결과 {count}개</translation>
    </message>
    <message>
        <source>{month}/{day}</source>
        <translation>{month}월 {day}일</translation>
    </message>
    <message>
        <source>{year}/{month}/{day}</source>
        <translation>{year}년 {month}월 {day}일</translation>
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
        <translation>-1이면 들어가는 만큼 올리고, 0이면 올리지 않아요.</translation>
    </message>
    <message>
        <source>0: measured and adapted while running.</source>
        <translation>0이면 실행하면서 알맞은 수를 찾아요.</translation>
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
        <translation>토큰을 이 개수 가운데에서 골라요. 0이면 쓰지 않아요.</translation>
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
        <translation>기본 크기를 100으로 본 값이에요.</translation>
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
        <translation>GPU에 올릴 층</translation>
    </message>
    <message>
        <source>Leaves out the unlikely rest. 1: off.</source>
        <translation>가능성이 낮은 나머지를 빼요. 1이면 쓰지 않아요.</translation>
    </message>
    <message>
        <source>Leaves out what is this much less likely. 0: off.</source>
        <translation>가장 그럴듯한 토큰의 이 비율보다 가능성이 낮은 토큰을 빼요. 0이면 쓰지 않아요.</translation>
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
        <translation>디스크 공간을 비우거나 폴더 권한을 확인해 주세요.</translation>
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
        <translation>화면</translation>
    </message>
    <message>
        <source>Backups…</source>
        <translation>백업…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>대화</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>내보내기…</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>가져오기…</translation>
    </message>
    <message>
        <source>Loading models</source>
        <translation>모델 불러오기</translation>
    </message>
    <message>
        <source>Manage models…</source>
        <translation>모델 관리…</translation>
    </message>
    <message>
        <source>Restore defaults</source>
        <translation>기본값으로 되돌리기</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>설정</translation>
    </message>
    <message>
        <source>They are on this computer only.</source>
        <translation>대화는 이 컴퓨터에만 있어요.</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>#{tag} ({count})</source>
        <translation>#{tag} ({count})</translation>
    </message>
    <message>
        <source>#{tag} was taken away</source>
        <translation>#{tag} 태그를 뗐어요</translation>
    </message>
    <message>
        <source>+{count}</source>
        <translation>+{count}</translation>
    </message>
    <message>
        <source>All</source>
        <translation>모든 대화</translation>
    </message>
    <message>
        <source>All conversations</source>
        <translation>모든 대화</translation>
    </message>
    <message>
        <source>By name</source>
        <translation>이름 순</translation>
    </message>
    <message>
        <source>Conversation that is not recorded</source>
        <translation>기록 안 하는 대화</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>대화</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>지우기</translation>
    </message>
    <message>
        <source>Delete the folder</source>
        <translation>폴더 지우기</translation>
    </message>
    <message>
        <source>Deleted</source>
        <translation>지웠어요</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>아래로</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>복제</translation>
    </message>
    <message>
        <source>Empty. Drag conversations here, or move them by their menu.</source>
        <translation>비어 있어요. 대화를 끌어다 놓거나 대화 메뉴에서 옮기세요.</translation>
    </message>
    <message>
        <source>End the selection (Esc)</source>
        <translation>선택 끝내기 (Esc)</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>내보내기…</translation>
    </message>
    <message>
        <source>Folder, closed, {count} conversations</source>
        <translation>접힌 폴더, 대화 {count}개</translation>
    </message>
    <message>
        <source>Folder, open, {count} conversations</source>
        <translation>펼친 폴더, 대화 {count}개</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>Gone when KoChat is closed</source>
        <translation>KoChat을 닫으면 사라져요</translation>
    </message>
    <message>
        <source>Kinds of new conversations</source>
        <translation>새 대화의 종류</translation>
    </message>
    <message>
        <source>KoChat</source>
        <translation>KoChat</translation>
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
        <source>Last used first</source>
        <translation>최근 순</translation>
    </message>
    <message>
        <source>List the conversations with one tag</source>
        <translation>태그로 골라 보기</translation>
    </message>
    <message>
        <source>Listed: {what}</source>
        <translation>보는 중: {what}</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Move to a folder</source>
        <translation>폴더로 옮기기</translation>
    </message>
    <message>
        <source>Moved to “{folder}”</source>
        <translation>‘{folder}’ 폴더로 옮겼어요</translation>
    </message>
    <message>
        <source>Name of the folder</source>
        <translation>폴더 이름</translation>
    </message>
    <message>
        <source>Name of the tag</source>
        <translation>태그 이름</translation>
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
        <source>New folder</source>
        <translation>새 폴더</translation>
    </message>
    <message>
        <source>New folder…</source>
        <translation>새 폴더…</translation>
    </message>
    <message>
        <source>New tag…</source>
        <translation>새 태그…</translation>
    </message>
    <message>
        <source>Newest first</source>
        <translation>만든 순</translation>
    </message>
    <message>
        <source>No conversation has this tag any more</source>
        <translation>이 태그를 단 대화가 없어요</translation>
    </message>
    <message>
        <source>No folders yet</source>
        <translation>아직 폴더가 없어요</translation>
    </message>
    <message>
        <source>No longer pinned</source>
        <translation>고정을 풀었어요</translation>
    </message>
    <message>
        <source>No tags yet. Give them by a row&apos;s menu.</source>
        <translation>아직 태그가 없어요. 대화 메뉴에서 달 수 있어요.</translation>
    </message>
    <message>
        <source>Not recorded</source>
        <translation>기록 안 함</translation>
    </message>
    <message>
        <source>Older</source>
        <translation>이전</translation>
    </message>
    <message>
        <source>Out of the folder</source>
        <translation>폴더에서 빼기</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>고정</translation>
    </message>
    <message>
        <source>Pinned</source>
        <translation>고정</translation>
    </message>
    <message>
        <source>Pinned at the top</source>
        <translation>맨 위에 고정했어요</translation>
    </message>
    <message>
        <source>Reading more…</source>
        <translation>더 읽는 중…</translation>
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
        <source>Sort the list</source>
        <translation>정렬</translation>
    </message>
    <message>
        <source>Tagged #{tag}</source>
        <translation>#{tag} 태그를 달았어요</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>태그</translation>
    </message>
    <message>
        <source>Taken out of the folder</source>
        <translation>폴더에서 뺐어요</translation>
    </message>
    <message>
        <source>The conversation was duplicated</source>
        <translation>대화를 복제했어요</translation>
    </message>
    <message>
        <source>The conversation was moved to the trash</source>
        <translation>대화를 휴지통으로 옮겼어요</translation>
    </message>
    <message>
        <source>The folder was renamed</source>
        <translation>폴더 이름을 바꿨어요</translation>
    </message>
    <message>
        <source>The folder “{name}” was deleted; its conversations stay</source>
        <translation>‘{name}’ 폴더를 지웠어요. 대화는 그대로 있어요.</translation>
    </message>
    <message>
        <source>The title was changed</source>
        <translation>제목을 바꿨어요</translation>
    </message>
    <message>
        <source>Title of the conversation</source>
        <translation>대화 이름</translation>
    </message>
    <message>
        <source>To the trash</source>
        <translation>휴지통으로</translation>
    </message>
    <message>
        <source>To the trash (Ctrl+Delete)</source>
        <translation>휴지통으로 (Ctrl+Delete)</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>오늘</translation>
    </message>
    <message>
        <source>Trash</source>
        <translation>휴지통</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>고정 풀기</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>위로</translation>
    </message>
    <message>
        <source>What is in this folder is pinned, at the top.</source>
        <translation>고정한 대화는 맨 위에 있어요.</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>어제</translation>
    </message>
    <message>
        <source>Your conversations will be listed here</source>
        <translation>나눈 대화가 여기에 모여요</translation>
    </message>
    <message>
        <source>{count} conversations were moved to the trash</source>
        <translation>대화 {count}개를 휴지통으로 옮겼어요</translation>
    </message>
    <message>
        <source>{count} conversations were moved to “{folder}”</source>
        <translation>대화 {count}개를 ‘{folder}’ 폴더로 옮겼어요</translation>
    </message>
    <message>
        <source>{count} selected</source>
        <translation>{count}개 선택</translation>
    </message>
</context>
<context>
    <name>StartMessage</name>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>Storage</name>
    <message>
        <source>A newer KoChat wrote the conversations in {path}.</source>
        <translation>{path}의 대화는 더 새로운 KoChat이 저장했어요.</translation>
    </message>
    <message>
        <source>An answer of this conversation is being written.</source>
        <translation>이 대화의 답변을 쓰고 있어요.</translation>
    </message>
    <message>
        <source>Answers cannot be stored any more: what is not stored yet is gone when KoChat is closed.</source>
        <translation>이제 답변을 저장할 수 없어요. 아직 저장하지 못한 글은 KoChat을 닫으면 사라져요.</translation>
    </message>
    <message>
        <source>Check the disk, then try again.</source>
        <translation>디스크를 확인한 뒤 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>Check the disk; when it works, KoChat goes on by itself.</source>
        <translation>디스크를 확인해 주세요. 다시 쓸 수 있으면 KoChat이 알아서 이어서 저장해요.</translation>
    </message>
    <message>
        <source>Check the folder&apos;s permissions, or start with another profile (--profile).</source>
        <translation>폴더 권한을 확인하거나 다른 프로필(--profile)로 시작해 주세요.</translation>
    </message>
    <message>
        <source>Check the permissions; when it can be written, KoChat goes on by itself.</source>
        <translation>폴더 권한을 확인해 주세요. 쓸 수 있게 되면 KoChat이 알아서 이어서 저장해요.</translation>
    </message>
    <message>
        <source>Choose another backup.</source>
        <translation>다른 백업을 골라 주세요.</translation>
    </message>
    <message>
        <source>Copy what matters, then start KoChat again: it saves everything that can still be read.</source>
        <translation>필요한 글을 복사해 둔 뒤 KoChat을 다시 시작해 주세요. 읽을 수 있는 내용을 모두 되살려요.</translation>
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
        <source>KoChat ended unexpectedly, and the file {path} is gone since. The newest messages may be missing. See whether a backup has what you miss.</source>
        <translation>KoChat이 갑자기 꺼진 뒤에 {path} 파일이 없어져서 가장 최근 메시지가 빠졌을 수 있어요. 빠진 내용이 백업에 있는지 확인해 보세요.</translation>
    </message>
    <message>
        <source>KoChat is already open with this profile.</source>
        <translation>이 프로필로 KoChat이 이미 열려 있어요.</translation>
    </message>
    <message>
        <source>Make some room, then try again.</source>
        <translation>디스크 공간을 비운 뒤 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>Make some room; then KoChat goes on by itself.</source>
        <translation>공간을 비우면 KoChat이 알아서 이어서 저장해요.</translation>
    </message>
    <message>
        <source>See that nothing else is in its place and that it may be read and written, then try again.</source>
        <translation>그 자리에 다른 파일이나 폴더가 있지 않은지, 읽고 쓸 수 있는지 확인한 뒤 다시 시도해 주세요.</translation>
    </message>
    <message>
        <source>Show backups</source>
        <translation>백업 보기</translation>
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
        <source>The conversations were damaged, and none of them could be saved. Restore a backup. The damaged file is kept as {path}.</source>
        <translation>대화 파일이 손상됐는데 되살릴 수 있는 대화가 없었어요. 백업을 되돌려 주세요. 손상된 파일은 {path}에 그대로 있어요.</translation>
    </message>
    <message>
        <source>The conversations were damaged. {conversations} conversations with {messages} messages were saved. If something is missing, restore a backup. The damaged file is kept as {path}.</source>
        <translation>대화 파일이 손상돼서 대화 {conversations}개, 메시지 {messages}개를 되살렸어요. 빠진 내용이 있으면 백업을 되돌려 주세요. 손상된 파일은 {path}에 그대로 있어요.</translation>
    </message>
    <message>
        <source>The disk of {path} is full, so nothing can be stored now.</source>
        <translation>{path} 폴더가 있는 디스크가 꽉 차서 지금은 저장할 수 없어요.</translation>
    </message>
    <message>
        <source>The disk of {path} reported an error.</source>
        <translation>{path} 폴더가 있는 디스크에서 오류가 났어요.</translation>
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
        <source>The name is empty.</source>
        <translation>이름이 비어 있어요.</translation>
    </message>
    <message>
        <source>There is no conversation {number}.</source>
        <translation>{number}번 대화가 없어요.</translation>
    </message>
    <message>
        <source>There is no folder {name}.</source>
        <translation>{name} 폴더는 없어요.</translation>
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
        <source>There is no such folder any more.</source>
        <translation>그 폴더는 이제 없어요.</translation>
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
        <source>Wait for the answer, or stop it first.</source>
        <translation>답변을 기다리거나 먼저 멈춰 주세요.</translation>
    </message>
    <message>
        <source>What was stored is safe, and running answers are kept until they can be.</source>
        <translation>저장해 둔 대화는 그대로 있고, 쓰던 글과 답변도 저장될 때까지 잃어버리지 않아요.</translation>
    </message>
    <message>
        <source>You can chat, but conversations are gone when KoChat is closed.</source>
        <translation>대화는 할 수 있지만 KoChat을 닫으면 사라져요.</translation>
    </message>
    <message>
        <source>Your conversations were not touched.</source>
        <translation>지금의 대화는 그대로예요.</translation>
    </message>
    <message>
        <source>{path} cannot be opened: {reason}</source>
        <translation>{path:을/를} 열 수 없어요: {reason}</translation>
    </message>
    <message>
        <source>{path} cannot be written to.</source>
        <translation>{path}에 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>{path} is no backup of KoChat, or it is damaged.</source>
        <translation>KoChat의 백업이 아니거나 손상된 파일이에요: {path}</translation>
    </message>
</context>
<context>
    <name>SystemErrors</name>
    <message>
        <source>a file stands where a folder should be</source>
        <translation>폴더가 있어야 할 자리에 파일이 있어요</translation>
    </message>
    <message>
        <source>another program is using it</source>
        <translation>다른 프로그램이 쓰고 있어요</translation>
    </message>
    <message>
        <source>it is a folder</source>
        <translation>파일이 아니라 폴더예요</translation>
    </message>
    <message>
        <source>it is not there</source>
        <translation>그 자리에 없어요</translation>
    </message>
    <message>
        <source>links lead in a circle</source>
        <translation>링크가 서로를 가리키고 있어요</translation>
    </message>
    <message>
        <source>no permission</source>
        <translation>권한이 없어요</translation>
    </message>
    <message>
        <source>the disk cannot be written</source>
        <translation>쓸 수 없는 디스크예요</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>디스크가 가득 찼어요</translation>
    </message>
    <message>
        <source>the disk reports a fault</source>
        <translation>디스크에 문제가 있어요</translation>
    </message>
    <message>
        <source>the drive does not answer</source>
        <translation>드라이브가 응답하지 않아요</translation>
    </message>
    <message>
        <source>the drive is not connected</source>
        <translation>드라이브가 연결돼 있지 않아요</translation>
    </message>
    <message>
        <source>the file is too large for this disk</source>
        <translation>이 디스크에 담기에는 파일이 너무 커요</translation>
    </message>
    <message>
        <source>the memory is used up</source>
        <translation>메모리가 모자라요</translation>
    </message>
    <message>
        <source>the name is too long</source>
        <translation>이름이 너무 길어요</translation>
    </message>
    <message>
        <source>too many files are open</source>
        <translation>열어 둔 파일이 너무 많아요</translation>
    </message>
</context>
<context>
    <name>TemplateDialog</name>
    <message>
        <source>After an answer</source>
        <translation>답변 뒤</translation>
    </message>
    <message>
        <source>And then?</source>
        <translation>그다음에는요?</translation>
    </message>
    <message>
        <source>At the very beginning</source>
        <translation>맨 앞</translation>
    </message>
    <message>
        <source>Before an answer</source>
        <translation>답변 앞</translation>
    </message>
    <message>
        <source>Before the answer to be written</source>
        <translation>새로 쓸 답변 앞</translation>
    </message>
    <message>
        <source>Begin with the model&apos;s BOS</source>
        <translation>모델의 시작 토큰(BOS)으로 시작</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Chat template</source>
        <translation>채팅 템플릿</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>지우기</translation>
    </message>
    <message>
        <source>Jinja text</source>
        <translation>Jinja 템플릿</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>미리 보기</translation>
    </message>
    <message>
        <source>Question with material: {{content}}, {{input}}</source>
        <translation>자료가 딸린 질문: {{content}}, {{input}}</translation>
    </message>
    <message>
        <source>Question with system prompt and material</source>
        <translation>시스템 프롬프트와 자료가 딸린 질문</translation>
    </message>
    <message>
        <source>Question with the system prompt: {{system}}, {{content}}</source>
        <translation>시스템 프롬프트와 질문: {{system}}, {{content}}</translation>
    </message>
    <message>
        <source>Question: {{content}}</source>
        <translation>질문: {{content}}</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>저장</translation>
    </message>
    <message>
        <source>System prompt, on its own: {{system}}</source>
        <translation>시스템 프롬프트만 따로: {{system}}</translation>
    </message>
    <message>
        <source>Texts that end an answer</source>
        <translation>답변을 끝내는 글</translation>
    </message>
    <message>
        <source>Texts that end an answer, one a line</source>
        <translation>답변을 끝내는 글 (한 줄에 하나씩)</translation>
    </message>
    <message>
        <source>To the sea.</source>
        <translation>바다로 가요.</translation>
    </message>
    <message>
        <source>Turns that are sent</source>
        <translation>보낼 질문 수</translation>
    </message>
    <message>
        <source>Turns that are sent (0: all)</source>
        <translation>보낼 질문 수 (0: 모두)</translation>
    </message>
    <message>
        <source>What a conversation becomes</source>
        <translation>대화를 프롬프트로 바꾸는 방법</translation>
    </message>
    <message>
        <source>Where shall we go?</source>
        <translation>어디로 갈까요?</translation>
    </message>
    <message>
        <source>You are a kind guide.</source>
        <translation>친절한 안내원처럼 답해 주세요.</translation>
    </message>
    <message>
        <source>{label}, my own</source>
        <translation>{label} – 내 템플릿</translation>
    </message>
    <message>
        <source>{piece} (first turn)</source>
        <translation>{piece} (첫 질문)</translation>
    </message>
</context>
<context>
    <name>TemplateFile</name>
    <message>
        <source>Give either pieces or a Jinja text.</source>
        <translation>조각(pieces)과 Jinja 가운데 하나만 써 주세요.</translation>
    </message>
    <message>
        <source>It cannot use the placeholder {name}.</source>
        <translation>여기에는 자리표시자 {name:을/를} 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>It is missing.</source>
        <translation>이 항목이 빠져 있어요.</translation>
    </message>
    <message>
        <source>It must be a list of at most {count} texts of 1 to {most} characters.</source>
        <translation>1~{most}자인 글을 {count}개까지 담은 목록이어야 해요.</translation>
    </message>
    <message>
        <source>It must be a text of at most {most} characters.</source>
        <translation>{most}자 이하의 글이어야 해요.</translation>
    </message>
    <message>
        <source>It must be a text, or a list of texts and tokens.</source>
        <translation>글이거나, 글과 토큰의 목록이어야 해요.</translation>
    </message>
    <message>
        <source>It must be a whole number from 0 to {most}.</source>
        <translation>0부터 {most}까지의 정수여야 해요.</translation>
    </message>
    <message>
        <source>It must be an object in braces.</source>
        <translation>중괄호로 묶은 객체여야 해요.</translation>
    </message>
    <message>
        <source>It must be true or false.</source>
        <translation>true나 false여야 해요.</translation>
    </message>
    <message>
        <source>It must contain the placeholder {name}.</source>
        <translation>자리표시자 {name:이/가} 들어 있어야 해요.</translation>
    </message>
    <message>
        <source>There is no such field.</source>
        <translation>그런 항목은 없어요.</translation>
    </message>
</context>
<context>
    <name>TemplateMatch</name>
    <message>
        <source>nothing is known about this model&apos;s format</source>
        <translation>이 모델에 맞는 템플릿을 알아내지 못했어요</translation>
    </message>
    <message>
        <source>the format in the model&apos;s file is known</source>
        <translation>모델 파일에 든 템플릿을 알아봤어요</translation>
    </message>
    <message>
        <source>the model has the special tokens of this format</source>
        <translation>모델에 이 템플릿의 특수 토큰이 있어요</translation>
    </message>
    <message>
        <source>the model&apos;s file brings this format along</source>
        <translation>모델 파일에 들어 있어요</translation>
    </message>
    <message>
        <source>the model&apos;s name is known</source>
        <translation>모델 이름으로 알아봤어요</translation>
    </message>
    <message>
        <source>the model&apos;s name says that it is a base model</source>
        <translation>이름을 보면 대화용이 아니라 바탕 모델이에요</translation>
    </message>
    <message>
        <source>the model&apos;s tokenizer is known</source>
        <translation>모델의 토크나이저로 알아봤어요</translation>
    </message>
    <message>
        <source>the size of the model&apos;s vocabulary is known</source>
        <translation>모델의 어휘 크기로 알아봤어요</translation>
    </message>
</context>
<context>
    <name>TokensDialog</name>
    <message>
        <source>Choose a model.</source>
        <translation>모델을 골라 주세요.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>How text becomes tokens</source>
        <translation>토큰 보기</translation>
    </message>
    <message>
        <source>Only the first {count} characters are split and counted.</source>
        <translation>앞의 {count}자만 나누고 셌어요.</translation>
    </message>
    <message>
        <source>Point at a token to see its number.</source>
        <translation>토큰에 마우스를 올리면 번호가 보여요.</translation>
    </message>
    <message>
        <source>Splitting…</source>
        <translation>나누는 중이에요…</translation>
    </message>
    <message>
        <source>Text to split</source>
        <translation>나눠 볼 글</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>Type something.</source>
        <translation>글을 입력해 주세요.</translation>
    </message>
    <message>
        <source>{count} tokens · {rate} for each character</source>
        <translation>토큰 {count}개 · 글자당 {rate}개</translation>
    </message>
</context>
<context>
    <name>Transformers</name>
    <message>
        <source>Choose a smaller level or a shorter context length.</source>
        <translation>더 작은 양자화 단계나 더 짧은 컨텍스트 길이를 골라 주세요.</translation>
    </message>
    <message>
        <source>Choose another engine for {file}, or another model.</source>
        <translation>{file:을/를} 다른 엔진으로 열거나 다른 모델을 골라 주세요.</translation>
    </message>
    <message>
        <source>Choose bf16, or a level of the llama.cpp engine, which is faster here.</source>
        <translation>bf16이나, 이 컴퓨터에서 더 빠른 llama.cpp 엔진의 양자화 단계를 골라 주세요.</translation>
    </message>
    <message>
        <source>Choose one of the levels that are offered.</source>
        <translation>목록에 있는 양자화 단계에서 골라 주세요.</translation>
    </message>
    <message>
        <source>Choose the folder again or another model.</source>
        <translation>폴더를 다시 고르거나 다른 모델을 골라 주세요.</translation>
    </message>
    <message>
        <source>Convert it on the models page first.</source>
        <translation>먼저 모델 관리에서 변환해 주세요.</translation>
    </message>
    <message>
        <source>Get the model again or choose another one.</source>
        <translation>모델을 다시 받거나 다른 모델을 골라 주세요.</translation>
    </message>
    <message>
        <source>Install {library}, or choose another level such as bf16.</source>
        <translation>{library:을/를} 설치하거나 bf16 같은 다른 양자화 단계를 골라 주세요.</translation>
    </message>
    <message>
        <source>No model is loaded.</source>
        <translation>불러온 모델이 없어요.</translation>
    </message>
    <message>
        <source>The adapter {file} changes the model in a way that KoChat cannot apply: {what}</source>
        <translation>어댑터 {file:은/는} KoChat이 적용할 수 없는 방식으로 모델을 바꿔요: {what}</translation>
    </message>
    <message>
        <source>The adapter {file} has no safetensors file.</source>
        <translation>어댑터 {file}에 safetensors 파일이 없어요.</translation>
    </message>
    <message>
        <source>The adapter {file} is incomplete or damaged.</source>
        <translation>어댑터 {file:이/가} 덜 받아졌거나 손상됐어요.</translation>
    </message>
    <message>
        <source>The adapter {file} is not there.</source>
        <translation>어댑터 {file:을/를} 찾을 수 없어요.</translation>
    </message>
    <message>
        <source>The adapter {file} was made for another model.</source>
        <translation>어댑터 {file:은/는} 다른 모델용이에요.</translation>
    </message>
    <message>
        <source>The level {level} does not run on Apple GPUs.</source>
        <translation>양자화 단계 {level:은/는} Apple GPU에서 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>The level {level} needs {library}, which is missing.</source>
        <translation>양자화 단계 {level:을/를} 쓰려면 {library:이/가} 필요한데 설치되지 않았어요.</translation>
    </message>
    <message>
        <source>The memory was not enough to go on.</source>
        <translation>메모리가 모자라서 이어 가지 못했어요.</translation>
    </message>
    <message>
        <source>The model brings program code of its own. KoChat does not run it and computes the model as others of its kind.</source>
        <translation>모델에 프로그램 코드가 들어 있어요. KoChat은 그 코드를 실행하지 않고, 같은 종류의 다른 모델처럼 계산해요.</translation>
    </message>
    <message>
        <source>The model file {file} is incomplete or damaged: {reason}</source>
        <translation>모델 파일 {file:이/가} 덜 받아졌거나 손상됐어요: {reason}</translation>
    </message>
    <message>
        <source>The model is still loaded.</source>
        <translation>모델은 그대로 쓸 수 있어요.</translation>
    </message>
    <message>
        <source>The model {file} is not there.</source>
        <translation>모델 {file:을/를} 찾을 수 없어요.</translation>
    </message>
    <message>
        <source>The model&apos;s tokenizer.json is an old one that loses the spaces between words. KoChat puts them back; a newer copy of the file does not need that.</source>
        <translation>모델의 tokenizer.json이 낱말 사이의 띄어쓰기를 빠뜨리는 옛 파일이에요. KoChat이 띄어쓰기를 되살려요. 새 파일로 바꾸면 그럴 필요가 없어요.</translation>
    </message>
    <message>
        <source>The transformers engine does not run models of this kind: {kind}</source>
        <translation>transformers 엔진에서는 이 종류의 모델을 쓸 수 없어요: {kind}</translation>
    </message>
    <message>
        <source>There is not enough memory for the adapter {file}.</source>
        <translation>어댑터 {file:을/를} 불러올 메모리가 모자라요.</translation>
    </message>
    <message>
        <source>There is not enough memory for {file}.</source>
        <translation>{file:을/를} 불러올 메모리가 모자라요.</translation>
    </message>
    <message>
        <source>This device does not compute in bf16, so the model runs in fp16.</source>
        <translation>이 장치는 bf16으로 계산하지 못해서 모델을 fp16으로 실행해요.</translation>
    </message>
    <message>
        <source>This model cannot be run at the level {level}.</source>
        <translation>이 모델은 양자화 단계 {level:으로/로} 쓸 수 없어요.</translation>
    </message>
    <message>
        <source>This processor does not compute in bf16, so the model runs in fp32.</source>
        <translation>이 CPU는 bf16으로 계산하지 못해서 모델을 fp32로 실행해요.</translation>
    </message>
    <message>
        <source>This processor does not compute in fp16, so the model runs in fp32.</source>
        <translation>이 CPU는 fp16으로 계산하지 못해서 모델을 fp32로 실행해요.</translation>
    </message>
    <message>
        <source>Try again, or load the model again.</source>
        <translation>다시 시도하거나 모델을 다시 불러와 주세요.</translation>
    </message>
    <message>
        <source>Turn the adapter off, or choose another one.</source>
        <translation>어댑터를 끄거나 다른 어댑터를 골라 주세요.</translation>
    </message>
    <message>
        <source>What was written so far is kept.</source>
        <translation>여기까지 쓴 답변은 남아 있어요.</translation>
    </message>
    <message>
        <source>transformers could not go on: {reason}</source>
        <translation>transformers가 이어 가지 못했어요: {reason}</translation>
    </message>
    <message>
        <source>transformers would cut texts for this model in another way than its tokenizer.json says. KoChat goes by the file.</source>
        <translation>transformers는 이 모델의 글을 tokenizer.json과 다르게 나눠요. KoChat은 파일에 적힌 대로 나눠요.</translation>
    </message>
    <message>
        <source>{file} has no safetensors files.</source>
        <translation>{file}에 safetensors 파일이 없어요.</translation>
    </message>
    <message>
        <source>{file} is not a PEFT adapter.</source>
        <translation>{file:은/는} PEFT 어댑터가 아니에요.</translation>
    </message>
</context>
<context>
    <name>TransformersLevels</name>
    <message>
        <source>The installed torch computes on the processor only; one for CUDA uses the GPU.</source>
        <translation>설치된 torch는 CPU로만 계산해요. CUDA용 torch를 설치하면 GPU를 쓸 수 있어요.</translation>
    </message>
    <message>
        <source>bitsandbytes is not installed.</source>
        <translation>bitsandbytes가 설치되지 않았어요.</translation>
    </message>
</context>
<context>
    <name>Trash</name>
    <message>
        <source>Back to the conversation (Esc)</source>
        <translation>대화로 돌아가기 (Esc)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>그만두기</translation>
    </message>
    <message>
        <source>Conversations are kept here for 30 days. To read one, restore it first: Enter or a double click restores and opens it.</source>
        <translation>지운 대화는 30일 동안 여기 있어요. 읽으려면 먼저 되돌려야 해요. Enter나 두 번 클릭으로 되돌려서 열어요.</translation>
    </message>
    <message>
        <source>Delete everything in the trash for good?</source>
        <translation>휴지통에 있는 대화를 모두 완전히 지울까요?</translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation>완전히 지우기</translation>
    </message>
    <message>
        <source>Delete for good…</source>
        <translation>완전히 지우기…</translation>
    </message>
    <message>
        <source>Delete {count} conversations for good?</source>
        <translation>대화 {count}개를 완전히 지울까요?</translation>
    </message>
    <message>
        <source>Deleted conversations</source>
        <translation>지운 대화</translation>
    </message>
    <message>
        <source>Empty the trash…</source>
        <translation>휴지통 비우기…</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>The conversation was restored</source>
        <translation>대화를 되돌렸어요</translation>
    </message>
    <message>
        <source>The trash is empty. Deleted conversations are kept here for 30 days.</source>
        <translation>휴지통이 비어 있어요. 지운 대화는 30일 동안 여기에 있어요.</translation>
    </message>
    <message>
        <source>This cannot be taken back. Backups that were made already may still have it.</source>
        <translation>되돌릴 수 없어요. 이미 만든 백업에는 남아 있을 수 있어요.</translation>
    </message>
    <message>
        <source>Trash</source>
        <translation>휴지통</translation>
    </message>
    <message>
        <source>{count} conversations were restored</source>
        <translation>대화 {count}개를 되돌렸어요</translation>
    </message>
    <message>
        <source>{days} days left</source>
        <translation>{days}일 남음</translation>
    </message>
</context>
<context>
    <name>TrashButton</name>
    <message>
        <source>Bring back {name}</source>
        <translation>{name} 되돌리기</translation>
    </message>
    <message>
        <source>Models are kept here for 30 days</source>
        <translation>지운 모델은 30일 동안 여기에 있어요</translation>
    </message>
    <message>
        <source>Trash ({count})</source>
        <translation>휴지통 ({count})</translation>
    </message>
</context>
<context>
    <name>UserTemplates</name>
    <message>
        <source>A chat template cannot be called {name}: use letters, digits and spaces.</source>
        <translation>채팅 템플릿 이름으로 {name:을/를} 쓸 수 없어요. 글자, 숫자, 띄어쓰기만 써 주세요.</translation>
    </message>
    <message>
        <source>Check the file: {reason}</source>
        <translation>파일을 확인해 주세요: {reason}</translation>
    </message>
    <message>
        <source>It is not a JSON file.</source>
        <translation>JSON 파일이 아니에요.</translation>
    </message>
    <message>
        <source>The chat template could not be deleted.</source>
        <translation>채팅 템플릿을 지우지 못했어요.</translation>
    </message>
    <message>
        <source>The chat template could not be saved.</source>
        <translation>채팅 템플릿을 저장하지 못했어요.</translation>
    </message>
    <message>
        <source>The chat template {file} cannot be read.</source>
        <translation>채팅 템플릿 {file:을/를} 읽을 수 없어요.</translation>
    </message>
    <message>
        <source>The chat template {file} cannot be used: {field}.</source>
        <translation>채팅 템플릿 {file:을/를} 쓸 수 없어요. 문제가 있는 항목: {field}</translation>
    </message>
    <message>
        <source>The file is larger than 256 KiB.</source>
        <translation>파일이 256 KiB보다 커요.</translation>
    </message>
    <message>
        <source>What you typed is still there.</source>
        <translation>입력한 내용은 그대로 있어요.</translation>
    </message>
    <message>
        <source>Your other chat templates work.</source>
        <translation>다른 채팅 템플릿은 그대로 쓸 수 있어요.</translation>
    </message>
</context>
<context>
    <name>WorkStrip</name>
    <message>
        <source>Stop</source>
        <translation>그만두기</translation>
    </message>
</context>
<context>
    <name>WriteButton</name>
    <message>
        <source>Leave it as a system message</source>
        <translation>시스템 지시로 남기기</translation>
    </message>
    <message>
        <source>Leave it as my message, unanswered</source>
        <translation>내 메시지로 남기기</translation>
    </message>
    <message>
        <source>Leave it as the model&apos;s answer</source>
        <translation>모델의 답변으로 남기기</translation>
    </message>
    <message>
        <source>Leave it without an answer</source>
        <translation>답변 없이 남기기</translation>
    </message>
</context>
</TS>
