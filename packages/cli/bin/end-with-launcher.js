// The launcher loads this into the program and has the other end of this channel. The channel closes when the launcher dies,
// also of SIGKILL. Then `dev` and `serve`, which handle SIGTERM, stop in order, and every other command ends.
if (process.channel) {
  process.once('disconnect', function () {
    process.kill(process.pid, 'SIGTERM')
    // It ends after 35 s in any case. Deliveries that are then in progress are sent again after the next start.
    setTimeout(function () {
      process.exit(1)
    }, 35000).unref()
  })
  process.channel.unref()
}
