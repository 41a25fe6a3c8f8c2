// Loaded into the program by the launcher. The launcher holds the other end of this channel; it closes when the launcher
// dies, even of SIGKILL. What handles SIGTERM (`dev`, `serve`) then drains, everything else ends.
if (process.channel) {
  process.once('disconnect', function () {
    process.kill(process.pid, 'SIGTERM')
    // A drain takes 30 s at most; nothing may outlive its launcher by more than that.
    setTimeout(function () {
      process.exit(1)
    }, 35000).unref()
  })
  process.channel.unref()
}
