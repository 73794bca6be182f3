-- The hazard of being paid around the day on which a payer usually settles, slow months taken out.
{{ payment_hazards(ref("int_forecast_usual_history"), ref("int_forecast_usual_habits")) }}
