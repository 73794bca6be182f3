-- The payers' habits without what slow months added to the payments they are learned from.
{{ payer_habits(ref("int_forecast_usual_history")) }}
