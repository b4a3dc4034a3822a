"""Cargo manifests that are uploaded as archives."""

import zipfile


def unpack_manifest(file, target):
    """Unpack a manifest into its folder."""
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            name = member.filename
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.read(member))
