"""Recordings of objects of other libraries, one library a file; none of them is imported."""

from neurohm.recordings.objects.choose import as_recording, recording_of_object

__all__ = ["as_recording", "recording_of_object"]
