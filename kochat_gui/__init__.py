"""KoChat: a desktop program for chatting with Korean language models on one's own computer."""
