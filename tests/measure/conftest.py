from __future__ import annotations

from hypothesis import settings

settings.register_profile("compiled", deadline=None)  # the first call may compile a loop
settings.load_profile("compiled")
