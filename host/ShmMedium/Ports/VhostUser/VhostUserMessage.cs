namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>Requests of a front end.</summary>
/// <remarks>Source: vhost-user protocol, "Front-end message types".</remarks>
internal enum VhostUserRequest : uint
{
    GetFeatures = 1,
    SetFeatures = 2,
    SetOwner = 3,
    ResetOwner = 4,
    SetMemTable = 5,
    SetVringNum = 8,
    SetVringAddr = 9,
    SetVringBase = 10,
    GetVringBase = 11,
    SetVringKick = 12,
    SetVringCall = 13,
    SetVringErr = 14,
    GetProtocolFeatures = 15,
    SetProtocolFeatures = 16,
    GetQueueNum = 17,
    SetVringEnable = 18,
    SetBackendReqFd = 21,
    GetConfig = 24,
    SetConfig = 25,
    VringKick = 35,
    GetMaxMemSlots = 36,
    AddMemReg = 37,
    RemMemReg = 38,
    SetStatus = 39,
    GetStatus = 40,
}

/// <summary>Features of the device, as bits.</summary>
/// <remarks>Source: virtio 1.2, 6 and 2.7; bit 30 is vhost-user's own.</remarks>
[Flags]
internal enum DeviceFeatures : ulong
{
    None = 0,
    Indirect = 1UL << 28,
    EventIndex = 1UL << 29,
    ProtocolFeatures = 1UL << 30,
    Version1 = 1UL << 32,
}

/// <summary>Features of the protocol, as bits.</summary>
/// <remarks>Source: vhost-user protocol, "Protocol features".</remarks>
[Flags]
internal enum ProtocolFeatures : ulong
{
    None = 0,
    MultiQueue = 1 << 0,
    ReplyAck = 1 << 3,
    BackendReq = 1 << 5,
    InBandNotifications = 1 << 14,
    ConfigureMemSlots = 1 << 15,
    Status = 1 << 16,
}
