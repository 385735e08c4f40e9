using ShmWifi.Lab;
using ShmWifi.Linux;

namespace ShmWifi.Tests.Support;

/// <summary>Runs something on a thread of its own.</summary>
internal static class OwnThread
{
    /// <summary>Runs it.</summary>
    /// <param name="name">Names the thread, and what failed.</param>
    public static Task RunAsync(string name, Action action)
    {
        var completion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                action();
                completion.SetResult();
            }
            catch (LibCException exception)
            {
                completion.SetException(new LabException($"{name}: {exception.Message}"));
            }
            catch (Exception exception)
            {
                completion.SetException(exception);
            }
        })
        {
            Name = name,
        };
        thread.Start();
        return completion.Task;
    }
}
