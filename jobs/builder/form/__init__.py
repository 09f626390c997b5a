"""The form of a definition: what it shows, what a posted form changes, and what its buttons do. Pure Python.

`building.form_of` makes the form of one part of a definition (the document, its `global`, or one op);
`posting.patches_of` turns posted controls into the smallest patches; `acting.act` does what a button says. Controls are
named `f:` + JSON pointer (a value), `n:` + pointer (a member's name), `k:` + pointer (the shape that is chosen) and
`b:` + pointer (the shape in which the form showed the value).
"""

from __future__ import annotations
