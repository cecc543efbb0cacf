"""Use cases, the same for the window and the command line. No Qt.

May import ``core``, ``settings``, ``storage``, ``catalog``, and of ``engines`` only ``base``,
``registry``, ``chat_template``, ``protocol`` and ``wire``: the engines themselves run in the child
process.
"""
