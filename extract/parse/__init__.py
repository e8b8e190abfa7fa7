"""Bytes to sections: what each kind of file looks like (`csv`, `aemo_csv`, `oasis`)."""

from extract.parse.sections import Content, Quarantine, Section, read_member

__all__ = ["Content", "Quarantine", "Section", "read_member"]
