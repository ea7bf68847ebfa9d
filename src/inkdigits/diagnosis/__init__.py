"""Checks of an installation: packages, engines, machine, data cache, shipped models, folders."""
