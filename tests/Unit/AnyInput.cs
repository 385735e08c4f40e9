using FsCheck;
using FsCheck.Fluent;

namespace ShmWifi.Tests.Unit;

/// <summary>Properties of many inputs, made up by FsCheck.</summary>
public static class AnyInput
{
    /// <summary>Fails, with the shrunk input, when <paramref name="property"/> throws for any <typeparamref name="T"/>.</summary>
    public static void Of<T>(Action<T> property, int runs = 2000) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(runs), Prop.ForAll(property));
}
