select distinct segment
from dashboard.cut_figures
where segment <> 'all'
order by segment
