"""What is sent to the model, made visible: prompts, tokens, and chat templates to edit."""
