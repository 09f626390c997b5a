"""What holds for every test that draws its values: how long a machine takes for one of them is not what is tested."""

from __future__ import annotations

from hypothesis import settings

# Without a profile every value has 200 ms, which a machine with other things to do exceeds now and then.
settings.register_profile("explorer", deadline=None)
settings.load_profile("explorer")
