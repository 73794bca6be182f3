-- How each payer settles, as each origin knows it, by all payments alike.
{{ payer_habits(ref("int_forecast_history")) }}
