"""The models page: what is installed, what each model can do, and what can be made of it."""
