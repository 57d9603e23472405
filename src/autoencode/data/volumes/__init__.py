"""Volumes of medical scanners, slice by slice, with their units and spacing.

volume     slices as examples, and the range of their numbers
scan_volume    a volume in memory or in its files
dicom      DICOM files and series, by pydicom
nifti      NIfTI files, by nibabel
"""
