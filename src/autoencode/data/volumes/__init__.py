"""Volumes of medical scanners, slice by slice, with their units and spacing.

volume     slices as examples, and the range of their numbers
dicom      DICOM files and series, by pydicom
nifti      NIfTI files, by nibabel
"""
