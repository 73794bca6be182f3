-- The hazard of being paid around the day on which a payer usually settles, by all payments alike.
{{ payment_hazards(ref("int_forecast_history"), ref("int_forecast_habits")) }}
