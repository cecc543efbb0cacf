"""Use cases, the same for the window and the command line. No Qt.

May import ``core``, ``settings``, ``storage``, ``catalog``, and of ``engines`` only what no engine
is in: ``base``, ``registry``, ``protocol``, ``wire``, and the modules about chat templates. The
engines themselves run in the child process, and Jinja in one of its own.
"""
