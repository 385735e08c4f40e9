using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Parsers;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>What the runtime of another process tells of its collector while it is watched, over all windows: read by its diagnostic port.</summary>
/// <remarks>
/// Source: dotnet/runtime src/coreclr/vm/ClrEtwAll.man, keyword GC. Its counters
/// (System.Runtime) are left out, since asking for them makes the process allocate.
/// </remarks>
internal sealed class RuntimeWatch
{
    private const string Provider = "Microsoft-Windows-DotNETRuntime";
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(500); // being watched makes the process allocate, at first

    /// <summary>Collections.</summary>
    public int Collections { get; private set; }

    /// <summary>How long all threads were stopped, by a collection or by anything else, ms in all.</summary>
    public double PauseMs { get; private set; }

    /// <summary>The longest of these stops, ms.</summary>
    public double LongestPauseMs { get; private set; }

    /// <summary>Bytes allocated, as far as the runtime tells: it does after each 100 kB.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Watches a process until what is returned is disposed.</summary>
    public IDisposable Open(int processId) => new Window(this, processId);

    private sealed class Window : IDisposable
    {
        private readonly RuntimeWatch _watch;
        private readonly EventPipeSession _session;
        private readonly Task _reading;
        private readonly DateTime _since;

        public Window(RuntimeWatch watch, int processId)
        {
            _watch = watch;
            _since = DateTime.Now + Settling;
            _session = new DiagnosticsClient(processId).StartEventPipeSession(
                // allocation ticks are verbose
                new EventPipeProvider(Provider, EventLevel.Verbose, (long)ClrTraceEventParser.Keywords.GC), requestRundown: false);
            _reading = Task.Run(Read);
            Thread.Sleep(Settling);
        }

        public void Dispose()
        {
            _session.Stop();
            _reading.Wait();
            _session.Dispose();
        }

        private void Read()
        {
            using var source = new EventPipeEventSource(_session.EventStream);
            double stoppedAtMs = double.NaN;
            source.Clr.GCStart += start => _watch.Collections += start.TimeStamp >= _since ? 1 : 0;
            source.Clr.GCSuspendEEStart += stop => stoppedAtMs = stop.TimeStamp >= _since ? stop.TimeStampRelativeMSec : double.NaN;
            source.Clr.GCRestartEEStop += restart =>
            {
                double ms = restart.TimeStampRelativeMSec - stoppedAtMs;
                if (double.IsNaN(ms))
                    return; // it was stopped before that
                _watch.PauseMs += ms;
                _watch.LongestPauseMs = Math.Max(_watch.LongestPauseMs, ms);
                stoppedAtMs = double.NaN;
            };
            source.Clr.GCAllocationTick += tick => _watch.AllocatedBytes += tick.TimeStamp >= _since ? tick.AllocationAmount64 : 0;
            source.Process();
        }
    }
}
