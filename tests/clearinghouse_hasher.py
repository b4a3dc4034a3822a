"""A hasher of passwords that counts how often it works."""

from django.contrib.auth.hashers import MD5PasswordHasher

counted: list[str] = []


class CountingHasher(MD5PasswordHasher):
    def encode(self, password, salt):
        counted.append(salt)
        return super().encode(password, salt)
