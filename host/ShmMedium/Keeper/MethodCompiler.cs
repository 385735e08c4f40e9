using System.Reflection;
using System.Runtime.CompilerServices;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>Compiles what an engine may run before it has to.</summary>
internal static class MethodCompiler
{
    private const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic
        | BindingFlags.DeclaredOnly;

    /// <summary>All of our assemblies: types first, as methods that are compiled after them have their constants.</summary>
    /// <param name="isEnough">Asked between two types.</param>
    public static void Run(Func<bool> isEnough)
    {
        Type[] types = [.. Assemblies().SelectMany(assembly => assembly.GetTypes()).Where(type => !type.ContainsGenericParameters)];
        foreach (var type in types.TakeWhile(_ => !isEnough()))
            Try(() => RuntimeHelpers.RunClassConstructor(type.TypeHandle));
        foreach (var type in types.TakeWhile(_ => !isEnough()))
        {
            foreach (var method in type.GetMembers(All).OfType<MethodBase>().Where(method => !method.IsAbstract && !method.ContainsGenericParameters))
                Try(() => RuntimeHelpers.PrepareMethod(method.MethodHandle));
        }
    }

    private static IEnumerable<Assembly> Assemblies()
    {
        var own = typeof(MethodCompiler).Assembly;
        return own.GetReferencedAssemblies()
            .Where(name => name.Name!.StartsWith("ShmWifi.", StringComparison.Ordinal))
            .Select(Assembly.Load)
            .Append(own);
    }

    /// <summary>What cannot be compiled now says so when it is called.</summary>
    private static void Try(Action compile)
    {
        try
        {
            compile();
        }
        catch (Exception exception) when (exception is TypeInitializationException or InvalidOperationException or NotSupportedException
            or TypeLoadException or ArgumentException or EntryPointNotFoundException or DllNotFoundException or BadImageFormatException)
        {
            // Nobody has asked for it yet.
        }
    }
}
