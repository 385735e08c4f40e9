using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Unit.RingBuffer;

/// <summary>The C header and the C# structures describe the same bytes: what one has and the other has not is a failure.</summary>
public class AbiHeaderTests
{
    /// <summary>TxSlotHeader is the head of the C structure, whose payload C# has no field for.</summary>
    private const string Payload = "payload";

    private static readonly Dictionary<string, Type> Structures = new()
    {
        ["shmwifi_header"] = typeof(RegionHeader),
        ["shmwifi_port_entry"] = typeof(PortEntry),
        ["shmwifi_port"] = typeof(PortHeader),
        ["shmwifi_tx_slot"] = typeof(TxSlotHeader),
        ["shmwifi_rx_desc"] = typeof(RxDescriptor),
    };

    /// <summary>By the prefix of the C names.</summary>
    private static readonly Dictionary<string, Type> Enumerations = new()
    {
        ["F"] = typeof(RegionFeatures),
        ["HOST"] = typeof(HostState),
        ["PORT"] = typeof(PortState),
        ["FAULT"] = typeof(PortFault),
        ["GUEST"] = typeof(GuestState),
        ["KIND"] = typeof(RingKind),
        ["TX"] = typeof(TxFlags),
        ["RADIO"] = typeof(RadioFlags),
        ["CHANNEL"] = typeof(ChannelFlags),
    };

    /// <summary>Where the names of C and C# differ in more than their case.</summary>
    private static readonly Dictionary<string, string> Renamed = new()
    {
        ["shmwifi_header.rx_descs"] = "RegionHeader.RxDescriptors",
        ["shmwifi_port.host.fault"] = "PortHeader.Fault",
        ["shmwifi_port.guest.clock_offset_ns"] = "PortHeader.ClockOffsetNs",
        ["shmwifi_port.guest.clock_error_ns"] = "PortHeader.ClockErrorNs",
        ["SHMWIFI_ABI_MAJOR"] = "Abi.Major",
        ["SHMWIFI_ABI_MINOR"] = "Abi.Minor",
        ["SHMWIFI_ABI_VERSION"] = "Abi.Version",
        ["SHMWIFI_PORT_HEADER"] = "Abi.PortHeaderSize",
        ["SHMWIFI_SLOT_HEADER"] = "Abi.SlotHeaderSize",
        ["SHMWIFI_SLOT_PAYLOAD"] = "Abi.SlotPayloadSize",
        ["SHMWIFI_DESC_SIZE"] = "Abi.DescriptorSize",
        ["SHMWIFI_TX_REQ_STATUS"] = "TxFlags.RequestStatus",
    };

    /// <summary>C# enumerations that index the counters; C reads and writes none of them.</summary>
    private static readonly Type[] OnlyInCSharp = [typeof(GuestCounter), typeof(HostCounter)];

    private static readonly string HeaderPath = Path.Combine(TestContext.CurrentContext.TestDirectory, "shmwifi_abi.h");

    private readonly CHeader _header = new(File.ReadAllText(HeaderPath));

    private static IEnumerable<Type> LayoutTypes =>
        typeof(Abi).Assembly.GetTypes().Where(type => type.Namespace == typeof(Abi).Namespace && !type.IsNested);

    [Test]
    public void BothSidesHaveTheSameStructures()
    {
        Assert.That(_header.Structures, Is.EquivalentTo(Structures.Keys));
        Assert.That(LayoutTypes.Where(type => type.IsValueType && !type.IsEnum), Is.EquivalentTo(Structures.Values));
    }

    [Test]
    public void BothSidesHaveTheSameEnumerations() =>
        Assert.That(LayoutTypes.Where(type => type.IsEnum).Except(OnlyInCSharp), Is.EquivalentTo(Enumerations.Values));

    [Test]
    public void EveryFieldHasTheSamePlaceSizeAndSignInBoth()
    {
        (string Structure, string Field)[] fields =
        [
            .. _header.Structures.SelectMany(structure =>
                _header.Fields(structure).Where(field => field != Payload).Select(field => (structure, field))),
        ];
        var values = Ask(fields.SelectMany(field => new[] { OffsetOf(field), SizeOf(field), IsSigned(field) }));

        Assert.That(
            Structures.Values.SelectMany(FieldsOf),
            Is.EquivalentTo(fields.Select(field => (TwinOf(field), values[OffsetOf(field)], values[SizeOf(field)], values[IsSigned(field)] != 0))));

        static string OffsetOf((string Structure, string Field) field) => $"offsetof(struct {field.Structure}, {field.Field})";
        static string SizeOf((string Structure, string Field) field) => $"sizeof(((struct {field.Structure} *)0)->{field.Field})";
        static string IsSigned((string Structure, string Field) field) =>
            $"_Generic(((struct {field.Structure} *)0)->{field.Field}, s8: 1, s64: 1, default: 0)";
    }

    [Test]
    public void EveryConstantHasTheSameValueInBoth()
    {
        var values = Ask(_header.Constants);

        Assert.That(
            ConstantsOfAbi().Concat(Enumerations.Values.SelectMany(MembersOf)),
            Is.EquivalentTo(_header.Constants.Select(name => (TwinOf(name), values[name]))));
    }

    [Test]
    public void EveryStructureHasTheSameSizeInBoth()
    {
        var values = Ask([.. Structures.Keys.Select(SizeOf), "offsetof(struct shmwifi_tx_slot, payload)"]);

        Assert.Multiple(() =>
        {
            Assert.That(Unsafe.SizeOf<RegionHeader>(), Is.EqualTo(values[SizeOf("shmwifi_header")]));
            Assert.That(Unsafe.SizeOf<PortEntry>(), Is.EqualTo(values[SizeOf("shmwifi_port_entry")]));
            Assert.That(Unsafe.SizeOf<PortHeader>(), Is.EqualTo(values[SizeOf("shmwifi_port")]));
            Assert.That(Unsafe.SizeOf<RxDescriptor>(), Is.EqualTo(values[SizeOf("shmwifi_rx_desc")]));
            Assert.That(values[SizeOf("shmwifi_tx_slot")], Is.EqualTo(Abi.SlotSize));
            Assert.That(Unsafe.SizeOf<TxSlotHeader>(), Is.EqualTo(values["offsetof(struct shmwifi_tx_slot, payload)"]));
            Assert.That(values[SizeOf("shmwifi_header")], Is.EqualTo(Abi.PortTableOffset), "the port table follows the header");
        });

        static string SizeOf(string structure) => $"sizeof(struct {structure})";
    }

    [TestCaseSource(nameof(OnlyInCSharp))]
    public void EveryCounterHasAPlaceInThePortHeader(Type counters) =>
        Assert.That(Enum.GetValuesAsUnderlyingType(counters), Is.All.InRange(0, Abi.Counters - 1));

    [Test]
    public void WordsOfDifferentWritersLieInDifferentLinePairs()
    {
        // Host and guest words by the structure's own table; event indices and indices alone in theirs.
        int[] lines =
        [
            .. typeof(PortHeader).GetFields().Where(field => field.FieldType == typeof(uint) && field.Name != nameof(PortHeader.GuestAbiVersion))
                .Select(field => field.GetCustomAttribute<FieldOffsetAttribute>()!.Value / Abi.Line),
        ];

        Assert.That(lines, Has.Length.EqualTo(8).And.Unique.And.All.GreaterThan(1));
    }

    private static Dictionary<string, long> Ask(IEnumerable<string> expressions) => CCompiler.Evaluate($"#include \"{HeaderPath}\"", expressions);

    private static string TwinOf((string Structure, string Field) field) =>
        Renamed.TryGetValue($"{field.Structure}.{field.Field}", out string? twin)
            ? twin
            : $"{Structures[field.Structure].Name}."
                + $"{CHeader.ToPascalCase(field.Field.Replace(".value", "", StringComparison.Ordinal).Replace('.', '_'))}";

    private static string TwinOf(string constant)
    {
        if (Renamed.TryGetValue(constant, out string? twin))
            return twin;
        string name = constant["SHMWIFI_".Length..];
        string prefix = name.Split('_')[0];
        return ConstantsOfAbi().Any(own => own.Name == $"Abi.{CHeader.ToPascalCase(name)}") || !Enumerations.TryGetValue(prefix, out var enumeration)
            ? $"Abi.{CHeader.ToPascalCase(name)}"
            : $"{enumeration.Name}.{CHeader.ToPascalCase(name[(prefix.Length + 1)..])}";
    }

    private static IEnumerable<(string Name, long Offset, long Size, bool Signed)> FieldsOf(Type structure) =>
        structure.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Select(field =>
        {
            var buffer = field.GetCustomAttribute<FixedBufferAttribute>();
            var type = field.FieldType.IsEnum ? field.FieldType.GetEnumUnderlyingType() : field.FieldType;
            long size = buffer is null ? Marshal.SizeOf(type) : Marshal.SizeOf(buffer.ElementType) * buffer.Length;
            bool signed = type == typeof(sbyte) || type == typeof(short) || type == typeof(int) || type == typeof(long);
            return ($"{structure.Name}.{field.Name}", (long)field.GetCustomAttribute<FieldOffsetAttribute>()!.Value, size, signed);
        });

    /// <summary>Without <see cref="Abi.PortTableOffset"/>, which is a size in C.</summary>
    private static IEnumerable<(string Name, long Value)> ConstantsOfAbi() =>
        typeof(Abi).GetFields().Where(field => field.IsLiteral && field.Name != nameof(Abi.PortTableOffset))
            .Select(field => (field.Name, Value: field.GetRawConstantValue()))
            .Select(field => ($"Abi.{field.Name}", field.Value is ulong word ? unchecked((long)word) : Convert.ToInt64(field.Value)));

    /// <summary>Without the "None" of flags, which C writes as 0.</summary>
    private static IEnumerable<(string Name, long Value)> MembersOf(Type enumeration) =>
        Enum.GetNames(enumeration).Where(name => name != "None" || enumeration.GetCustomAttribute<FlagsAttribute>() is null)
            .Select(name => ($"{enumeration.Name}.{name}", Convert.ToInt64(Enum.Parse(enumeration, name))));
}
