"""What is unusual: scores that are learned without labels, thresholds, and explanations.

outlier_score      rows of tables: the score, fitted twice
cell_scale         numbers of a row in comparable units
tiny_autoencoders, nearest_rows, ridge_distance, histograms    the parts of the score
normal_scores      the parts on one scale, by ranks
tail               a threshold without labels
expectation        what the other cells of a row let expect of a cell
explanation        which cells make a row unusual
row_encoder        cells as numbers and as text
table_detector     all that for a table, as a run folder

anomaly_map        pictures: the log-odds of a defect at each pixel
painted_defects, filter_energies, patch_bands    what it is learned from
defect_segmenter   the network
false_alarms       thresholds and p-values from held-out good pictures
picture_detector   all that for pictures, as a run folder
detectors          the kinds, by name
"""
