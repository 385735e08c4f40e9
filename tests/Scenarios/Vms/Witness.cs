using System.Globalization;
using ShmWifi.Lab.Measure;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>A station that pings its access point every 20 ms while something is done to another.</summary>
internal sealed class Witness(MeasuredPath route)
{
    private const string Log = "/run/witness.log";
    private const string Answers = $"grep -c 'bytes from' {Log}";
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(40);

    /// <summary>Does something while it pings.</summary>
    /// <returns>The longest time between two answers, by the guest's clock, ms.</returns>
    /// <exception cref="Lab.LabException">Its pings are not answered, before or after.</exception>
    public async Task<double> WatchAsync(Func<Task> act, CancellationToken cancellation)
    {
        await route.Guest.RunAsync(
            "starting the witness",
            $"""
            setsid {route.Enter}/bin/ping -D -n -i 0.02 {route.Address} </dev/null >{Log} 2>&1 &
            until {Answers} >/dev/null; do usleep 20000; done
            """,
            Answer, cancellation);
        try
        {
            await act();
        }
        finally
        {
            await route.Guest.TryRunAsync(
                // Silence at the end has an end, too: one more answer, or what shows that none came.
                $"""
                n=$({Answers}); t=0
                until [ $({Answers}) -gt $n ]; do
                    usleep 100000; t=$((t + 1)); [ $t -lt 300 ] || {"{"} echo "[$(date +%s)] no more bytes from" >>{Log}; break; {"}"}
                done
                kill -INT $(pidof ping)
                """,
                Answer, null, cancellation);
        }

        string longest = await route.Guest.RunAsync(
            "reading the witness's pings",
            $$"""
            awk -F '[][]' '/bytes from/ { if (last && $2 - last > most) most = $2 - last; last = $2 } END { printf "%.1f\n", most * 1000 }' {{Log}}
            """,
            Answer, cancellation);
        return double.Parse(longest, CultureInfo.InvariantCulture);
    }
}
