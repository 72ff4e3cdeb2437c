"""Social analytics: the mix, the quality of the effort, who matters, the wording."""

from socialclass.analytics.analysis import Analysis, AnalysisSettings, analyze_ledger, as_plain
from socialclass.analytics.quantification import ErrorRates, error_rates

__all__ = ["Analysis", "AnalysisSettings", "ErrorRates", "analyze_ledger", "as_plain", "error_rates"]
