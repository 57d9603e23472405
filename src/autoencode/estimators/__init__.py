"""scikit-learn's interface: estimators that are used as any other of scikit-learn.

Example:
    >>> import numpy as np
    >>> from autoencode.estimators import OutlierDetector
    >>> X = np.random.default_rng(0).normal(size=(60, 3))
    >>> OutlierDetector(contamination=0.1).fit_predict(X).tolist().count(-1)
    6
"""

from autoencode.estimators.anomaly_detector import AnomalyDetector
from autoencode.estimators.autoencoder_transformer import AutoencoderTransformer
from autoencode.estimators.outlier_detector import OutlierDetector
from autoencode.estimators.series_anomaly_detector import SeriesAnomalyDetector

__all__ = ["AnomalyDetector", "AutoencoderTransformer", "OutlierDetector", "SeriesAnomalyDetector"]
