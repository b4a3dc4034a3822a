"""Has a model seen the tasks? Three screens; each says that it saw something, or that it saw nothing.

``cutoff``: is it better at what was public before its data ended? ``twins``: better at published tasks than at new
instances of the same flaws? ``canaries``: does it complete strings that it can only have read?

That nothing was seen never means that there was nothing: a screen can miss what is there, and each result carries how
much it could have missed.
"""
