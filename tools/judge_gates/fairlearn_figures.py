"""Run in the environment of the oracle: decisions on stdin, fairlearn's figures on stdout."""

import json
import sys
import time

import numpy as np
from fairlearn.metrics import (
    MetricFrame,
    demographic_parity_difference,
    demographic_parity_ratio,
    equalized_odds_difference,
    equalized_odds_ratio,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)

METRICS = {
    "demographic_parity_difference": demographic_parity_difference,
    "demographic_parity_ratio": demographic_parity_ratio,
    "equalized_odds_difference": equalized_odds_difference,
    "equalized_odds_ratio": equalized_odds_ratio,
}
RATES = {"selection": selection_rate, "true_positives": true_positive_rate, "false_positives": false_positive_rate}


def figures(table: dict) -> dict:
    label, predicted, group = (np.array(table[name]) for name in ("label", "predicted", "group"))
    frame = MetricFrame(metrics=RATES, y_true=label, y_pred=predicted, sensitive_features=group)
    began = time.process_time()
    found = {name: float(metric(label, predicted, sensitive_features=group)) for name, metric in METRICS.items()}
    took = time.process_time() - began
    rates = {name: {str(key): float(value) for key, value in frame.by_group[name].items()} for name in RATES}
    return {"metrics": found, "rates": rates, "seconds": took}


if __name__ == "__main__":
    json.dump([figures(table) for table in json.load(sys.stdin)], sys.stdout)
