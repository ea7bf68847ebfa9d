// Search runs in a worker, and browsers start no worker for a page that is opened from a file. There, this class takes
// the place of Worker: it runs the script in a hidden frame. The theme recognises it by its name.
class IFrameWorker extends EventTarget {
  constructor(url) {
    super()
    this.frame = document.createElement("iframe")
    this.frame.hidden = true
    this.ready = new Promise((resolve) => this.frame.addEventListener("load", resolve))
    this.receive = (event) => {
      if (event.source === this.frame.contentWindow) {
        this.dispatchEvent(new MessageEvent("message", { data: event.data }))
      }
    }
    addEventListener("message", this.receive)
    const start = "postMessage = (data) => parent.postMessage(data, '*')"
    this.frame.srcdoc = `<script>${start}</script><script src="${new URL(url, document.baseURI)}"></script>`
    const attach = () => document.body.append(this.frame)
    if (document.body) attach()
    else addEventListener("DOMContentLoaded", attach)
  }

  postMessage(data) {
    this.ready.then(() => this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data })))
  }

  terminate() {
    removeEventListener("message", this.receive)
    this.frame.remove()
  }
}

window.IFrameWorker = IFrameWorker
if (location.protocol === "file:") window.Worker = IFrameWorker
