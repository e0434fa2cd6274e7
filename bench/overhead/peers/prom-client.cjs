// prom-client's default metrics, as its README says.
require('prom-client').collectDefaultMetrics();
