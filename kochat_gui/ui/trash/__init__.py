"""Deleted conversations, in the place of the open one."""
