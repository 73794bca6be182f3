-- The hazard of being paid around the day on which a payer usually settles, slow months taken out, and
-- without what payers who seem to have stopped leave unpaid.
{{
    payment_hazards(
        ref("int_forecast_usual_history"),
        ref("int_forecast_usual_habits"),
        ref("int_forecast_silent_payers"),
    )
}}
