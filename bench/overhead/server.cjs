// The observed application: what an Express route costs at least, and its own account of CPU and memory.
const express = require('express');

const app = express();
app.get('/items/:id', (request, response) => {
  response.json({
    id: request.params.id,
    items: Array.from({ length: 50 }, (_, index) => ({ index, name: `item ${index}` })),
  });
});
const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', () => process.send({ cpu: process.cpuUsage(), rssBytes: process.memoryUsage.rss() }));
process.on('disconnect', () => process.exit());
