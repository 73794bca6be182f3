select distinct as_of
from dashboard.cut_figures
order by as_of desc
