#!/usr/bin/python3
"""record.py - what scikit-learn computes, for tests/unit/metrics.c

Run by hand (Debian's python3-sklearn), it writes recorded.txt beside itself. A case begins with its name, how many
images and classes it has, and the numbers that both sides begin with: the labels, and of each image so many points for
each class; its scores are these points divided by their sum, in floats. Then a line for each result: its name and its
numbers, with all digits. nan stands for what scikit-learn refuses to compute.
"""
import os
import warnings
import numpy as np
import sklearn
from sklearn import metrics
from sklearn.calibration import calibration_curve
from sklearn.utils.class_weight import compute_class_weight

warnings.simplefilter("ignore")  # about classes without images, which are meant
out = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "recorded.txt"), "w")
print("# scikit-learn", sklearn.__version__, file=out)


def record(name, *values):
    print(name, *("%.17g" % v for v in np.ravel(np.array(values, dtype=np.float64))), file=out)


def or_nan(f):
    try:
        return f()
    except ValueError:
        return np.nan


def per_class(label, p, classes):
    for k in range(min(classes, 3)):  # the curves of three classes will do; the areas are of all
        if 0 < np.sum(label == k) < len(label):
            fpr, tpr, threshold = metrics.roc_curve(label == k, p[:, k], drop_intermediate=False)
            record("fpr%d" % k, fpr), record("tpr%d" % k, tpr), record("threshold%d" % k, threshold[1:])
    record("auc", [or_nan(lambda: metrics.roc_auc_score(label == k, p[:, k])) for k in range(classes)])
    for average in ("macro", "weighted"):
        if classes == 2:  # scikit-learn then wants one column only, and gives the area of class 1
            values = [or_nan(lambda: metrics.roc_auc_score(label == k, p[:, k])) for k in range(2)]
            record("auc_" + average, np.average(values, weights=np.bincount(label, minlength=2) if average == "weighted" else None))
        else:
            record("auc_" + average,
                   or_nan(lambda: metrics.roc_auc_score(label, p, multi_class="ovr", average=average, labels=range(classes))))


def calibration(label, p, bins):
    """The means of the bins are scikit-learn's; the error is their mean distance, by its definition."""
    sure, right = p.max(1), label == p.argmax(1)
    accuracy, confidence = calibration_curve(right, sure, n_bins=bins)
    at = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], sure)
    images = np.bincount(at, minlength=bins)
    record("images_of_%d" % bins, images)
    record("accuracy_of_%d" % bins, accuracy), record("confidence_of_%d" % bins, confidence)
    record("ece_of_%d" % bins, np.sum(images[images > 0] / len(label) * abs(accuracy - confidence)))


def case(name, n, classes, points, present=None, hits=0.5, seed=0):
    """`points` is how many a class may get: few of them make ties. `present` are the classes that have images."""
    random = np.random.RandomState(seed)
    q = random.randint(0, points + 1, (n, classes))
    q[q.sum(1) == 0, 0] = 1
    label = np.where(random.rand(n) < hits, q.argmax(1), random.randint(0, classes, n))
    if present is not None:
        label = np.array(present)[label % len(present)]
    p = (q.astype(np.float32) / q.sum(1, keepdims=True).astype(np.float32)).astype(np.float64)
    print("case", name, n, classes, file=out)
    print("label", *label, file=out)
    print("points", *q.ravel(), file=out)
    named, all_classes = p.argmax(1), range(classes)
    record("accuracy", metrics.accuracy_score(label, named))
    # of equal scores scikit-learn takes the last class for the higher one, and we the first: so the classes are turned round
    for k in range(1, classes):
        turned = metrics.top_k_accuracy_score(classes - 1 - label, p[:, ::-1], k=k, labels=all_classes) \
            if classes > 2 else np.mean(label == named)
        record("top%d" % k, turned)
    record("confusion", metrics.confusion_matrix(label, named, labels=all_classes))
    for average, key in ((None, "classes"), ("macro", "macro"), ("micro", "micro"), ("weighted", "weighted")):
        record(key, *metrics.precision_recall_fscore_support(label, named, labels=all_classes, average=average, zero_division=0)[:3])
    per_class(label, p, classes)
    calibration(label, p, 10), calibration(label, p, 15)
    record("balanced", or_nan(lambda: compute_class_weight("balanced", classes=np.arange(classes), y=label)))


case("plain", 120, 5, 1000)
case("ties", 150, 4, 3)
case("many_ties", 60, 3, 1)
case("sure", 120, 6, 1, hits=0.9)
case("ten", 200, 10, 50, hits=0.7)
case("two", 80, 2, 20)
case("empty_class", 100, 5, 40, present=[0, 1, 3, 4])
case("never_named", 90, 4, 30, present=[1, 2])
case("one_class", 40, 3, 25, present=[1])
case("one_image", 1, 3, 9)
out.close()
