"""From configurations to a decision: plan, forecast, sweep, stability, verdict, study."""
