// Browsers start no worker for a page that was opened from the disk. There the search runs in a hidden frame instead.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      // To what runs in the frame postMessage means an answer to the page; what the page has to say comes in by hear.
      frame.srcdoc = `<script>
        self.hear = data => dispatchEvent(new MessageEvent("message", { data }));
        self.postMessage = data => self.answer(data);
      <\/script><script src="${url}"><\/script>`;
      this.ready = new Promise(done => {
        frame.addEventListener("load", () => {
          frame.contentWindow.answer = data => this.dispatchEvent(new MessageEvent("message", { data }));
          done(frame.contentWindow);
        });
      });
      this.frame = frame;
      document.body.append(frame);
    }
    postMessage(data) { this.ready.then(inside => inside.hear(data)); }
    terminate() { this.frame.remove(); }
  };
}
