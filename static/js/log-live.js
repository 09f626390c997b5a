// Follows the log of a running job: server-sent events, put into the store a few times a second.

const PAUSE = 200; // milliseconds between looks at what has come
const AGAIN = 3000; // milliseconds until a stream that broke off is asked for again

export function follow(url, { onRows, onEnd }) {
  let waiting = [], timer = 0, isOver = false, source;

  function hand() {
    timer = 0;
    const rows = waiting;
    waiting = [];
    if (rows.length) onRows(rows);
  }

  function end(reason) {
    if (isOver) return;
    isOver = true;
    source.close();
    hand();
    onEnd(reason);
  }

  function open() {
    source = new EventSource(url);
    source.addEventListener("lines", (event) => {
      for (const row of JSON.parse(event.data)) waiting.push(row);
      if (!timer) timer = setTimeout(hand, PAUSE);
    });
    source.addEventListener("end", (event) => end(JSON.parse(event.data)));
    source.onerror = () => {
      if (isOver) return;
      if (source.readyState === EventSource.CLOSED) return end("The explorer cannot follow this log any more.");
      source.close();
      setTimeout(() => { if (!isOver) open(); }, AGAIN);
    };
  }

  open();
  addEventListener("pagehide", () => end(""), { once: true });
}
