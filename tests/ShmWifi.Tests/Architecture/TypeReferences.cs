using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace ShmWifi.Tests.Architecture;

/// <summary>What each type of an assembly uses of the same assembly: in its declaration, its signatures and its methods' bodies.</summary>
/// <remarks>Read from the metadata, so that nothing is loaded. A constant leaves no trace in those who use it; their <c>using</c> does.</remarks>
internal sealed class TypeReferences : ISignatureTypeProvider<bool, bool>
{
    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (int)(ushort)code.Value, code => code.OperandType);

    private readonly PEReader _image;
    private readonly MetadataReader _metadata;
    private readonly DependencyGraph _graph;
    private string _from = "";
    private string _by = "";

    private TypeReferences(PEReader image, DependencyGraph graph) => (_image, _metadata, _graph) = (image, image.GetMetadataReader(), graph);

    /// <summary>Adds an assembly's dependencies between its namespaces.</summary>
    public static void Read(string assembly, DependencyGraph graph)
    {
        using var image = new PEReader(File.OpenRead(assembly));
        new TypeReferences(image, graph).ReadTypes();
    }

    private void ReadTypes()
    {
        foreach (TypeDefinitionHandle handle in _metadata.TypeDefinitions)
        {
            (_from, _by) = Name(handle);
            TypeDefinition type = _metadata.GetTypeDefinition(handle);
            Use(type.BaseType);
            foreach (InterfaceImplementationHandle implementation in type.GetInterfaceImplementations())
                Use(_metadata.GetInterfaceImplementation(implementation).Interface);
            foreach (FieldDefinitionHandle field in type.GetFields())
                _metadata.GetFieldDefinition(field).DecodeSignature(this, false);
            foreach (GenericParameterHandle parameter in type.GetGenericParameters())
                Use(parameter);
            foreach (CustomAttributeHandle attribute in type.GetCustomAttributes())
                Use(_metadata.GetCustomAttribute(attribute).Constructor);
            foreach (MethodDefinitionHandle method in type.GetMethods())
                Read(_metadata.GetMethodDefinition(method));
        }
    }

    private void Read(MethodDefinition method)
    {
        method.DecodeSignature(this, false);
        foreach (GenericParameterHandle parameter in method.GetGenericParameters())
            Use(parameter);
        if (method.RelativeVirtualAddress == 0)
            return;
        MethodBodyBlock body = _image.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, false);
        foreach (ExceptionRegion region in body.ExceptionRegions)
            Use(region.CatchType);
        BlobReader il = body.GetILReader();
        while (il.RemainingBytes > 0)
            ReadInstruction(ref il);
    }

    private void ReadInstruction(ref BlobReader il)
    {
        const int TwoBytes = 0xfe;
        int code = il.ReadByte();
        if (code == TwoBytes)
            code = (TwoBytes << 8) | il.ReadByte();
        switch (Operands[code])
        {
            case OperandType.InlineNone:
                break;
            case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                il.ReadByte();
                break;
            case OperandType.InlineVar:
                il.ReadInt16();
                break;
            case OperandType.InlineI8 or OperandType.InlineR:
                il.ReadInt64();
                break;
            case OperandType.InlineSwitch:
                for (int targets = il.ReadInt32(); targets > 0; targets--)
                    il.ReadInt32();
                break;
            case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok or OperandType.InlineSig:
                Use(MetadataTokens.EntityHandle(il.ReadInt32()));
                break;
            default:
                il.ReadInt32();
                break;
        }
    }

    private void Use(GenericParameterHandle parameter)
    {
        foreach (GenericParameterConstraintHandle constraint in _metadata.GetGenericParameter(parameter).GetConstraints())
            Use(_metadata.GetGenericParameterConstraint(constraint).Type);
    }

    private void Use(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition when !handle.IsNil:
                (string to, string type) = Name((TypeDefinitionHandle)handle);
                if (to.Length > 0 && _from.Length > 0)
                    _graph.Add(_from, to, $"{_by} uses {type}");
                break;
            case HandleKind.TypeSpecification:
                _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, false);
                break;
            case HandleKind.MethodDefinition:
                Use(_metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Use(_metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                Use(_metadata.GetMemberReference((MemberReferenceHandle)handle).Parent);
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification method = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                Use(method.Method);
                method.DecodeSignature(this, false);
                break;
        }
    }

    /// <summary>The namespace and name of a type; of a nested one, its outermost's.</summary>
    private (string Namespace, string Name) Name(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _metadata.GetTypeDefinition(handle);
        return type.IsNested ? Name(type.GetDeclaringType()) : (_metadata.GetString(type.Namespace), _metadata.GetString(type.Name));
    }

    bool ISignatureTypeProvider<bool, bool>.GetTypeFromSpecification(MetadataReader reader, bool genericContext, TypeSpecificationHandle handle,
    byte rawTypeKind)
    {
        Use(handle);
        return false;
    }

    bool ISimpleTypeProvider<bool>.GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        Use(handle);
        return false;
    }

    bool ISimpleTypeProvider<bool>.GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => false;

    bool ISimpleTypeProvider<bool>.GetPrimitiveType(PrimitiveTypeCode typeCode) => false;

    bool ISignatureTypeProvider<bool, bool>.GetFunctionPointerType(MethodSignature<bool> signature) => false;

    bool ISignatureTypeProvider<bool, bool>.GetGenericMethodParameter(bool genericContext, int index) => false;

    bool ISignatureTypeProvider<bool, bool>.GetGenericTypeParameter(bool genericContext, int index) => false;

    bool ISignatureTypeProvider<bool, bool>.GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => false;

    bool ISignatureTypeProvider<bool, bool>.GetPinnedType(bool elementType) => false;

    bool ISZArrayTypeProvider<bool>.GetSZArrayType(bool elementType) => false;

    bool IConstructedTypeProvider<bool>.GetArrayType(bool elementType, ArrayShape shape) => false;

    bool IConstructedTypeProvider<bool>.GetByReferenceType(bool elementType) => false;

    bool IConstructedTypeProvider<bool>.GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => false;

    bool IConstructedTypeProvider<bool>.GetPointerType(bool elementType) => false;
}
