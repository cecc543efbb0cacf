"""Editors made from the settings' declarations, and the dialog of all of them."""
