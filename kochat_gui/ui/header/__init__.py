"""The bar above the chat: which model, at which level, how far it is."""
