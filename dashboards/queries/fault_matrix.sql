select
    faults.fault_id, faults.description, faults.planted_in, faults.company, faults.control_id,
    catalogue.title, faults.stops_publishing
from seeds.control_faults as faults
left join seeds.control_catalogue as catalogue on faults.control_id = catalogue.control_id
order by faults.fault_id, faults.company, faults.control_id
