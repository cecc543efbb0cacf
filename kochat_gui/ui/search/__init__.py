"""Finding text: in the open conversation, and in all of them."""
