"""How people sign in: password, passkey or a provider of their organisation, and a second factor.

django-allauth does the work. What is ours is narrower than what it offers: nobody signs up, an e-mail address is the
only name, and addresses are not to be changed by oneself.
"""
