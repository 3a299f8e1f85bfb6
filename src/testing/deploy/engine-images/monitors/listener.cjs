/** `node listener.cjs PORT…`: takes whatever it is sent, and prints what was posted where. */
const { createServer } = require('node:http');

for (const port of process.argv.slice(2).filter((word) => /^\d+$/.test(word))) {
  createServer((req, res) => {
    req.resume().on('end', () => {
      if (req.method !== 'GET') process.stdout.write(`${req.method} :${port}${req.url}\n`);
      res.end();
    });
  }).listen(Number(port));
}
process.on('SIGTERM', () => process.exit());
