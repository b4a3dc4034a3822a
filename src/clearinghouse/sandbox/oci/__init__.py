"""Providers for OCI runtimes: by a bundle of ours, or through an engine (podman, docker)."""
